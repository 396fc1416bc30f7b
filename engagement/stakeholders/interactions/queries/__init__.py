"""Reads of interactions: timelines, whom a form names, and the newest contact with each stakeholder."""
