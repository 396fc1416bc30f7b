"""What waits, read from the rooms below: one file a kind of need, and `needs` with all of them for one reader."""
