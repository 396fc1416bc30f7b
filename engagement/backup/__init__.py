"""Everything in one file and back; the file is the same for SQLite and PostgreSQL, so it can also move an installation."""
