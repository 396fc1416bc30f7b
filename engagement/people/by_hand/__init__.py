"""Values of people that somebody gave by hand, which HR files leave alone until they are given back."""
