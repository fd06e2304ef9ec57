"""One module per resource of bol's API: its words, its media type, its verbs."""
