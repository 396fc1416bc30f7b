"""Notices to the people whose work a workflow affects: who got which version before it is used."""
