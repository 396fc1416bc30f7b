"""Attempts to sign in: counted, and refused for a while after too many."""
