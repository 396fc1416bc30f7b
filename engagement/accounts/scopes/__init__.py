"""How far accounts go: who reads, and which roles open which question."""
