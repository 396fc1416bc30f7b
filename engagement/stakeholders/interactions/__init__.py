"""What was said between us and stakeholders: one interaction with one or many of them, and its wordings."""
