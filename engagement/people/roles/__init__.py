"""Training roles of many people at once: who has one, who lacks it, giving it and taking it back."""
