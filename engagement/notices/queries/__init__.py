"""Reads of notices: what holds, whom a workflow affects, and who was told."""
