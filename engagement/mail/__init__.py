"""The outbox: each message as built once, and one delivery row for each recipient."""
