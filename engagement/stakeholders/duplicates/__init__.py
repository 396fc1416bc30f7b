"""Stakeholders who are on the map twice: finding them, saying that they are not the same, and merging them."""
