"""What a rule can ask about people: one file a field, and `catalogue`, the list of them."""
