"""Reads of impact assessments: what stands, and where its sides differ."""
