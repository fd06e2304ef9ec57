"""What customers send back: fetched, matched to their orders, handled, and created by us."""
