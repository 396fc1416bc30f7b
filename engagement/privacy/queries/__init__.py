"""Reads for privacy: rules of retention and what is past them, what each table says of people, and one person's data."""
