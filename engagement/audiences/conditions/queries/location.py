"""The location that somebody works at."""

from engagement.audiences.conditions.queries.column import ColumnField


class LocationField(ColumnField):
    name, question = "location", "Location"
    phrases = ("work at {}", "don’t work at {}")
    not_given = "no location"
    found, missing = "Works at {}.", "Has no location."
