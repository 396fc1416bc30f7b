"""Attempts to sign in: counted, and refused for a while once they are too many."""
