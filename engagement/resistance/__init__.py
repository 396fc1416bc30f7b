"""The resistance log: what people object to, who answers, and what became of it."""
