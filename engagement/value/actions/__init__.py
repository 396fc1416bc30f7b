"""Changes of value metrics and their readings."""
