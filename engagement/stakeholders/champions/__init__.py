"""Champions of a wave: who is one, how far they reach its people, and how they come and go."""
