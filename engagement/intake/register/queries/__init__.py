"""Reads of register files: their rows, the register as the same cells, and how the two differ."""
