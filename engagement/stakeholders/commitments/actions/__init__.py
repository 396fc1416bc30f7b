"""Changes of promises, and the letters about them."""
