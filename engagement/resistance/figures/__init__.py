"""Objections in figures, for those who may not read a single one."""
