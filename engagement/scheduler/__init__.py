"""The clock: one readable timetable, and what each line does."""
