"""Applies a compared run to the directory, and undoes it."""
