"""What a bounce says, and what follows from it."""
