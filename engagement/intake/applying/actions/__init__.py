"""Changes of the directory by a run: people, departments, heads, sign-ins, the audit."""
