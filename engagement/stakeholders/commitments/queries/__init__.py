"""Reads of promises: lists, what is due, and who is important and has nothing to come."""
