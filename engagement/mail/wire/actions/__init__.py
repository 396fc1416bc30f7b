"""Talking to the mail server."""
