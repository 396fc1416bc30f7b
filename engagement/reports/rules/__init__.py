"""What figures, decisions and their words are: pure functions over plain values."""
