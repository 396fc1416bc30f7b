"""Confirming scope statements: the answers of a statement's readers, and how many of a wave have confirmed it."""
