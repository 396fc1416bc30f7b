"""Reads of value metrics: how each stands, and what is missing or due."""
