"""What a letter holds: slots for what differs by person, and the layout around its text."""
