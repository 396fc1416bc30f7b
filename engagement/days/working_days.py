"""Working days of a country: weekends and public holidays by name, and counting with them, defined only here."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays.registry import EntityLoader

from engagement.errors import BadInput
from engagement.words import weekday_word

#: The longest plausible run of days off; with a longer one the calendar data are wrong.
LONGEST_BREAK = 60


@lru_cache(maxsize=512)
def _days_off(country: str, year: int) -> tuple[dict[date, str], frozenset[int]]:
    """Return the public holidays of a year by day, and the weekdays (0 is Monday) that are the weekend."""
    code, _, part = country.partition("-")
    found = holidays.country_holidays(code, subdiv=part or None, years=year, language="en_US")
    named = {day: found[day] for day in found}
    # A country may make single Saturdays working days to compensate for a bridge day.
    worked: set[date] = getattr(found, "weekend_workdays", set())
    weekend = frozenset(found.weekend)
    return {**named, **dict.fromkeys(worked - set(named), "")}, weekend


def check_country(country: str) -> str:
    """Return the code of a country ("GB") or of a part of it ("GB-ENG"); raise BadInput if its holidays are unknown."""
    code, _, part = country.strip().upper().partition("-")
    # The library's own list of parts would load the calendars of all countries, which takes longer than all else here.
    if code not in EntityLoader.get_country_codes() or (part and part not in getattr(holidays, code).subdivisions):
        sentence = f"Holidays of “{country}” are not known. Use a code such as GB, GB-ENG or DE."
        raise BadInput(sentence, {"holiday_country": sentence})
    return f"{code}-{part}" if part else code


def why_off(day: date, country: str) -> str | None:
    """Return why a day is off: the holiday's name, "a Saturday"; None for a working day."""
    named, weekend = _days_off(country, day.year)
    name = named.get(day)
    if name is not None:
        return name or None
    return f"a {weekday_word(day.weekday())}" if day.weekday() in weekend else None


def is_working_day(day: date, country: str) -> bool:
    """Return whether this is a working day in the country."""
    return why_off(day, country) is None


def nearest_working_day(day: date, country: str, step: int) -> date:
    """Return the day itself if it is a working day, else the next one (`step` 1) or the previous one (`step` -1)."""
    for distance in range(LONGEST_BREAK):
        candidate = day + timedelta(days=step * distance)
        if is_working_day(candidate, country):
            return candidate
    return day


def working_days_before(day: date, number: int, country: str) -> date:
    """Return the day `number` working days before `day`; with 0 the last working day up to the day itself."""
    found = nearest_working_day(day, country, -1) if number == 0 else day
    for _ in range(number):
        found = nearest_working_day(found - timedelta(days=1), country, -1)
    return found


def working_days_after(day: date, number: int, country: str) -> date:
    """Return the day `number` working days after `day`; with 0 the first working day from the day itself on.

    A promise within `number` working days of `day` is due on this day, and late from the next. So on a day `on`,
    everything from before `working_days_before(on, number)` is late.
    """
    found = nearest_working_day(day, country, 1) if number == 0 else day
    for _ in range(number):
        found = nearest_working_day(found + timedelta(days=1), country, 1)
    return found


def working_days_between(start: date, end: date, country: str) -> int:
    """Return the number of working days after `start`, up to and including `end`; 0 if `end` is not later."""
    return sum(is_working_day(start + timedelta(days=n), country) for n in range(1, (end - start).days + 1))


def days_of_month(day: date) -> list[date]:
    """Return all days of the month of a day."""
    return [day.replace(day=number) for number in range(1, monthrange(day.year, day.month)[1] + 1)]


def working_day_of_month(month: date, place: int, country: str) -> date:
    """Return a working day of the month by place: 1 the first, -1 the last; places beyond give the nearest."""
    found = [day for day in days_of_month(month) if is_working_day(day, country)]
    return found[min(place, len(found)) - 1] if place > 0 else found[max(place, -len(found))]


def holidays_between(first: date, last: date, country: str) -> Iterator[tuple[date, str]]:
    """Yield the public holidays from `first` to `last`, both included, in order."""
    for year in range(first.year, last.year + 1):
        named, _ = _days_off(country, year)
        yield from ((day, name) for day, name in sorted(named.items()) if name and first <= day <= last)
