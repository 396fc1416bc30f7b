"""What was promised to stakeholders, and what comes next with them: each with an owner, a day and, at its end, an outcome."""
