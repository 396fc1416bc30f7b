"""Reads of a staged run: what it would change, leave behind and end."""
