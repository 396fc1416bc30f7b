"""Confirmations of having read a message."""
