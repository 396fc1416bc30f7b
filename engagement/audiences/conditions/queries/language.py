"""The language that somebody reads, by code; the organisation's for people without one."""

from engagement.audiences.conditions.queries.column import ColumnField


class LanguageField(ColumnField):
    name, question = "language", "Language"
    phrases = ("read {}", "don’t read {}")
    not_given = "the organisation’s language"
    found, missing = "Reads {}.", "Has no language of their own; the organisation’s holds."
