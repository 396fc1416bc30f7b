"""Reads of training: curricula, what people have to learn or left behind, progress of waves, and quiz attempts."""
