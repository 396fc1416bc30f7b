"""Kept numbers of the people of waves, so that pages need not count everybody at each look."""
