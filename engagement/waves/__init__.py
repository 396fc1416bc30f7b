"""Deployment waves: which departments and workflows, when, led by whom, and who is in them."""
