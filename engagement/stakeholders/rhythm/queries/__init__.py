"""Reads of contact rhythms: what is said of them, how late contacts are by them, and what comes next on a map."""
