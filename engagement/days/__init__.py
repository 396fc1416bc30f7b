"""Days as everybody counts them: working days and hours, local times, and recurrence. Pure: time is an argument."""
