"""Mail that is sent or forwarded to a programme: it becomes an interaction, or waits until somebody assigns it."""
