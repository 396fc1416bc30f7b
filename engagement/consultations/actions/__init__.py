"""Changes of bodies and consultations."""
