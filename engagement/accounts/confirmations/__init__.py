"""Confirming from the shell what waits for an administrator."""
