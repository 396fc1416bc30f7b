"""Changes of the stakeholder map and of private notes."""
