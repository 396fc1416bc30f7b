"""Who signed in on which day: all that is kept of the sign-ins of people without a role."""
