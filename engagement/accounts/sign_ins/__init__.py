"""Who signed in on which day: the only record of sign-ins by people without a role."""
