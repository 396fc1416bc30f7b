"""Signing mail for its domain (DKIM), where no relay does it."""
