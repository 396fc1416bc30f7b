"""Training that waits while its people are left to settle with another wave, and who has it go on all the same."""
