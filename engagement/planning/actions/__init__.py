"""Changes of plans."""
