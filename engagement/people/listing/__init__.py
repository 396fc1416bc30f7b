"""The people list, on a page and as a file."""
