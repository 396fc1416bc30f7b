"""Figures about objections by wave and department, and of what was tried: for spans of whole months, published once."""
