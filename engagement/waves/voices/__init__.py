"""What the people of a group say of its change each for themselves, without a name: taken in, mixed, and counted."""
