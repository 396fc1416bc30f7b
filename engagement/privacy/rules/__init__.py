"""What is pure about privacy: the kinds of records, and how a name may stand in a text."""
