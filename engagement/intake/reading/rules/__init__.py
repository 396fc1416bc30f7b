"""What files and rows of people are: columns, cells, names, and what can be wrong; pure functions."""
