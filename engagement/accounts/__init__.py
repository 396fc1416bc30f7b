"""Sign-ins, the roles they carry, and the one place that says who may see and do what."""
