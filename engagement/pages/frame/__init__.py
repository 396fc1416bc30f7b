"""What surrounds every page: the gate, headers, limits, errors, formats and navigation."""
