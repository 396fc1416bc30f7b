"""Reports that are sent: who gets the sheet of a programme, how often, and each sending."""
