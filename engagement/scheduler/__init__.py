"""The scheduler: one readable timetable, and what each of its jobs does."""
