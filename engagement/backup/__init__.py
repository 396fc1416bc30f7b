"""Everything in one file and back: the same file for SQLite and PostgreSQL, so that it also moves an installation."""
