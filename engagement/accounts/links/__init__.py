"""One-time links: signed, dated, good for one use, and only from the mailbox of their account."""
