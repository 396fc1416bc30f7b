"""What a file does to sign-ins: those of leavers end, names follow, and what touches rights is said before it is done."""
