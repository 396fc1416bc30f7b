"""Which records are kept for how long, and how names stand in texts."""
