"""Changes of the outbox, before and beside sending it."""
