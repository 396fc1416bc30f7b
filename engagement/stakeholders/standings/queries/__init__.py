"""Reads of standings: who may be labelled, and where everybody stands."""
