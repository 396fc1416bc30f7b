"""Saved rules that select people, resolved in one statement."""
