"""What a run changes in the directory: people, departments, heads, sign-ins, the audit log."""
