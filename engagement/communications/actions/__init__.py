"""Changes of the calendar: communications and their dates, texts and approvals, and the way into the outbox."""
