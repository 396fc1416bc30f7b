"""Sending a concern, with a name or anonymously, and its way to the change team."""
