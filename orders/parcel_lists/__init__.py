"""Lists of what left: an order and its track and trace a line, pasted or uploaded."""
