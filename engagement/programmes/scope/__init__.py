"""Scope statements: what a workflow does and what stays with people, for all roles or for one, published in versions."""
