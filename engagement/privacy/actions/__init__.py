"""Changes for privacy: erasing, and letting old records go."""
