"""All that is said of many stakeholders at once: reading it, and writing it in a fixed number of statements."""
