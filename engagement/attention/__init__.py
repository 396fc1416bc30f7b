"""What needs whom: everything that waits for somebody, each with its reason, who has to act, and where."""
