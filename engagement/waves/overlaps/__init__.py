"""Waves that ask something of the same people at the same time."""
