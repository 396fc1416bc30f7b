"""The reach of accounts: the reader, and which roles open what."""
