"""Reads of criteria: what is counted for many waves at once, and each criterion as it stands."""
