"""How often we want to be in touch with stakeholders, and with whom we were not in time."""
