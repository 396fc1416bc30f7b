"""Mail that comes back: what it says, whose it is, and the addresses that get nothing any more because of it."""
