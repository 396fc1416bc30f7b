"""Plans of waves: what is counted from a milestone, and what moves when a milestone moves."""
