"""How a relationship stands: a figure that is computed from what is logged, beside a judgement that somebody made."""
