"""Reads of kept numbers of what criteria count: the sums, and what people add to them."""
