"""The built-in mailbox for development and demonstration."""
