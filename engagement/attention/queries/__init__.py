"""What waits, read from the rooms below: one file for each kind of need, and `needs` with all of them for one reader."""
