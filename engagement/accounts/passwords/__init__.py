"""Passwords: which ones are refused, and how they are stored."""
