"""Compares staged rows with the directory: whose rows they are and what they would change."""
