"""Copies of waves: a wave as the template of the next one, with every offset kept."""
