"""Forms whose sender was signed out, kept for a day until they sign in again."""
