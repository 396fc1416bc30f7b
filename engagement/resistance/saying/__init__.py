"""What people say, with a name or without, and how it comes to the change team."""
