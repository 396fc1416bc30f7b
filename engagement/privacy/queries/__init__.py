"""Reads for privacy: what is kept of whom, by what they are known, and what is old."""
