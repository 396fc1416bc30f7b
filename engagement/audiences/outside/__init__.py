"""Stakeholders outside the directory whom audiences reach."""
