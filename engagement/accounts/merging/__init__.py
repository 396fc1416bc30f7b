"""Merging departments, with the roles scoped to them."""
