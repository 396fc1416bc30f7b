"""Fills the staging tables: rows, matches, references and rejected rows."""
