"""Saved rules that say whom something is for, resolved in one statement."""
