"""The resistance log: people's concerns, who answers them, and what became of them."""
