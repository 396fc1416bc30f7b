"""Of which day the figures of a report are, and which of them are of another one, in words: pure functions."""

from collections.abc import Sequence
from datetime import date

from engagement.reports.rules.figures import KEPT_BACK, Figure
from engagement.reports.rules.measures import Part
from engagement.words import day_words, short_day_words


def counted_on(figures: Sequence[Figure]) -> date | None:
    """Return the day at whose end the objections of a report were counted; None where none are counted."""
    return next((each.as_of for each in figures if each.measure.part is Part.OBJECTIONS and each.as_of), None)


def are_kept_back(figures: Sequence[Figure]) -> bool:
    """Return whether objections are kept back from the reader of these figures."""
    return any(each.missing == KEPT_BACK for each in figures if each.value is None)


def of_days(figures: Sequence[Figure], on: date) -> str:
    """Say of which days a report of day `on` is: "1 April 2026, objections as of the end of Tuesday 31 March"."""
    if are_kept_back(figures):
        return f"{short_day_words(on)}, without objections, which are not shown to you"
    counted = counted_on(figures)
    if counted is None:
        return f"{short_day_words(on)}, without objections, which were not counted yet"
    return f"{short_day_words(on)}, objections as of the end of {day_words(counted, with_year=counted.year != on.year)}"


def own_day_words(figure: Figure, on: date, ends_on: date | None = None) -> str:
    """Say the day of a number, "on 21 November", where it is none of its report's; "" otherwise.

    A report that closes a month stands for its end too. The day of objections is said once for all of them.
    """
    day = figure.own_day({on, ends_on or on})
    if day is None or figure.measure.part is Part.OBJECTIONS:
        return ""
    return f"on {short_day_words(day, with_year=day.year != on.year)}"
