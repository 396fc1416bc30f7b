"""Figures about objections, for those who may not read any of them."""
