"""Reads of the calendar in one place: lists, one message, what needs somebody."""
