"""The organisation as its settings describe it."""
