"""Blackouts: days on which nothing should be asked of people."""
