"""Days as everybody means them: working days and hours, clock times in zones, and what comes again. Pure: time is an argument."""
