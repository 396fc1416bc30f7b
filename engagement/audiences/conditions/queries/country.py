"""The country that somebody works in, by its code."""

from engagement.audiences.conditions.queries.column import ColumnField


class CountryField(ColumnField):
    name, question = "country", "Country"
    phrases = ("work in the country {}", "don’t work in the country {}")
    not_given = "no country"
    found, missing = "Works in {}.", "Has no country."
