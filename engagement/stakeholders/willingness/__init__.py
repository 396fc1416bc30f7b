"""In which order departments come: the willing first, with what is known of each."""
