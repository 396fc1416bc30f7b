"""What audiences can ask: a file for each field, and the catalogue of them."""
