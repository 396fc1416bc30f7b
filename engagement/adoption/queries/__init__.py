"""Reads of adoption: what counts are made of, and how a wave, a workflow or the reader stands."""
