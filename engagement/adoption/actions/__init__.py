"""Changes of numbers of use: taking them in and back, counting, folding old days away, and secrets for posting."""
