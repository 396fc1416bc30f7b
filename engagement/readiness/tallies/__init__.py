"""Kept numbers of what criteria count of the people of waves, and counting marked people again, their training too."""
