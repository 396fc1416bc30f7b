"""The communication calendar: cadences, their occurrences, approval, and queueing at the right time."""
