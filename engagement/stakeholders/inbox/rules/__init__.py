"""What a mail says, in plain values: whom it names, what it forwards and of which day that is, and for which programme it is."""
