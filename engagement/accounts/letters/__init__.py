"""Letters about somebody's own sign-in."""
