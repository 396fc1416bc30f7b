"""Changes of imports: files that wait, and runs that are staged, applied and undone."""
