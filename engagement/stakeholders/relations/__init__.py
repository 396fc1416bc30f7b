"""Relations between stakeholders: what the directory and the waves know, and what somebody said, as dated rows."""
