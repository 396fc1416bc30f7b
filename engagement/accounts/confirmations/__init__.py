"""Confirms from the shell what waits for an administrator."""
