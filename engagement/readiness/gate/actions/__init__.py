"""Changes of gates: deciding, naming approvers, settling conditions, opening again, and going on all the same."""
