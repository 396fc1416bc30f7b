"""Reads of reports: a programme at one instant, and its figures."""
