"""Who is in a wave of their own will: friendly users, from whose use and training little follows for the others."""
