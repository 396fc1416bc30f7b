"""What sponsors and the change team read: figures with their definitions."""
