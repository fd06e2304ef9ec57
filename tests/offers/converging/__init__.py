"""Random days of a shop, in which everything that can go wrong does; they all have to end the same way."""
