"""Everything that waits for somebody, with its reason, who has to act, and where."""
