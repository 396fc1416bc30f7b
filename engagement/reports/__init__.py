"""Reports for sponsors and the change team: figures with their definitions."""
