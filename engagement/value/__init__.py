"""What workflows are worth: metrics with a baseline, a target, and readings over time."""
