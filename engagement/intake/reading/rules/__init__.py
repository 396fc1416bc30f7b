"""Columns, cells and names of HR files, and what can be wrong with them; pure functions."""
