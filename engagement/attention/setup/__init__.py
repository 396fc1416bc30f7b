"""First setup: what a new installation still lacks before its first briefing can go out."""
