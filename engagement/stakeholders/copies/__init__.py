"""Copies of messages that went to stakeholders outside the directory."""
