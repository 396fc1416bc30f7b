"""Whether a wave may become ready and go live: what stands against it, and who went on all the same, and why."""
