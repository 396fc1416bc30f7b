"""Kept numbers of training: what people add to the sums of their waves."""
