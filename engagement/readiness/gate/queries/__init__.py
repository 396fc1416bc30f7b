"""Reads of gates: how they stand, what was decided before, and what waits for whom."""
