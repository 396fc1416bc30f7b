"""Reads of consultations: how each stands, and what was said in it."""
