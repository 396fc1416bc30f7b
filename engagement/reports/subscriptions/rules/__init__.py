"""How often a report is sent, what the mail says, and the address that ends it."""
