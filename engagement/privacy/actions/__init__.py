"""Changes for privacy: erasing a person, setting how long records are kept, and deleting old ones."""
