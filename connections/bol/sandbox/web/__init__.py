"""The wire: reading requests, writing answers, and everything that stands between the two."""
