"""People's rights over their own data, and how long each kind of record is kept."""
