"""What people may ask about their own data, and how long each kind of record is kept."""
