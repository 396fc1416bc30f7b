"""Reads of texts: outlines, translations, and the values of merge fields."""
