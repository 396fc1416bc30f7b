"""Limits of the portfolio's texts."""

LONGEST_CHANGES = 2_000
