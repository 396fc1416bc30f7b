"""Reads a file of readings, and compares it with what is known."""
