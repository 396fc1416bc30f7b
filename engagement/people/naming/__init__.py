"""Finding many people by what somebody typed or pasted, a line each."""
