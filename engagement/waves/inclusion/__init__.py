"""Early inclusion: who of the affected took part in the design of a workflow, what they raised, and what it changed."""
