"""Milestones of a wave: the days that it is planned by, each with a day of its own or counted from another one."""
