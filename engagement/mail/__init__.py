"""The outbox: messages as built once, and one delivery record for each person."""
