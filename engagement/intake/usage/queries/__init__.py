"""Reads files of numbers of use, and compares them with the directory."""
