"""What lists of stakeholders can be narrowed to."""
