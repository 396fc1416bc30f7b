"""Staged rows held against the directory: whom they speak of and what they would do."""
