"""The gate of a wave: who decides whether it goes on, what they saw and said, under which conditions, and what opened it again."""
