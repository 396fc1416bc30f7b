"""Reads a day as mail programs write it for people, in the languages of the frames; only a day that can be no other."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from babel import Locale

from engagement.letters import folded

#: More languages would not agree: “listopad” is November in Polish and October in Croatian.
_LANGUAGES = ("en", "en_GB", "de", "fr", "pl")
_OLD_GERMAN = {"mrz": 3}
_WORD = r"(?P<month>[^\W\d_]{3,12})\.?,?"
_DAY, _YEAR = r"(?<![0-9])(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er)?[.,]?", r"(?P<year>[0-9]{4})(?![0-9])"
#: 27 March 2026; March 27, 2026.
_NAMED = [re.compile(rf"{_DAY}\s+{_WORD}\s+{_YEAR}"), re.compile(rf"\b{_WORD}\s+{_DAY}\s+{_YEAR}")]
#: 2026-03-27; 27.03.2026, which begins with the day wherever it is written; 27/03/2026 or 03/27/2026.
_YEAR_FIRST = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])")
_WITH_DOTS = re.compile(r"(?<![0-9.])([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})(?![0-9])")
_EITHER_WAY = re.compile(r"(?<![0-9/-])([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})(?![0-9])")


def day_in(text: str) -> date | None:
    """Return the day that a text names; None for none, for two, and for one that could be another, such as 03/04/2026."""
    found = {*_with_names(text), *_in_numbers(text)}
    return found.pop() if len(found) == 1 else None


def _with_names(text: str) -> Iterator[date]:
    for pattern in _NAMED:
        for written in pattern.finditer(text):
            month = _months().get(folded(written["month"]))
            if month is not None:
                yield from _day(written["year"], month, written["day"])


def _in_numbers(text: str) -> Iterator[date]:
    """Yield each reading of the days in digits, so that of an ambiguous one there are two."""
    for year, month, day in _YEAR_FIRST.findall(text):
        yield from _day(year, month, day)
    for day, month, year in _WITH_DOTS.findall(text):
        yield from _day(year, month, day)
    for first, _, second, year in _EITHER_WAY.findall(text):
        yield from _day(year, first, second)
        yield from _day(year, second, first)


def _day(year: str, month: str | int, day: str) -> Iterator[date]:
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:
        return


@cache
def _months() -> dict[str, int]:
    """Return the numbers of months by their folded names, whole and short, as they stand in a date and alone."""
    found = dict(_OLD_GERMAN)
    for language in _LANGUAGES:
        for names in (names for form in Locale.parse(language).months.values() for names in form.values()):
            found |= {folded(name).strip("."): month for month, name in names.items()}
    return found
