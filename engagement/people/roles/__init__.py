"""One training role for many people at once: who has it, who lacks it, giving and withdrawing it."""
