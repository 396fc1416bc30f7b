"""How a letter is written, as pure functions over its text."""
