"""Programmes and the AI workflows that they roll out, with scope and ownership."""
