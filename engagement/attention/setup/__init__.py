"""First setup: what a new installation still needs before its first briefing can go out."""
