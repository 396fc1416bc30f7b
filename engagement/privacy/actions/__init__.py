"""Changes for privacy: erasing a person, setting how long records are kept, and letting old ones go."""
