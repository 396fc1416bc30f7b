"""Letters to those who said something with their name."""
