"""HR files: from bytes to a preview to changed people, recorded as runs that can be undone."""
