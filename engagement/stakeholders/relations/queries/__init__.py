"""Reads of relations: the network, what is derived for it, the relations of one stakeholder, and those that have ended."""
