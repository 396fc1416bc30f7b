"""Readings of value metrics as a file: what it would write, line by line, before anything is written."""
