"""Subscribing to a report and ending that, and sending it when its date has come."""
