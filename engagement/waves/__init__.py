"""Deployment waves: their departments, workflows, dates, leads and members."""
