"""What was learned from a wave, for whoever plans the next one."""
