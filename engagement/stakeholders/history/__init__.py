"""What was said of a stakeholder over time."""
