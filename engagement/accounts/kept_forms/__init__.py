"""What somebody typed into a form and couldn't send, kept for a day until they have signed in again."""
