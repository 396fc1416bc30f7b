"""From the setup link of an empty installation to the first briefing sent, counted in clicks."""
