"""The directory: people and the tree of departments."""
