"""Merging departments, with the roles that hold for them."""
