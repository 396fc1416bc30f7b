"""Recurrence rules (RFC 5545): the supported parts, and the days that they give.

Only rules that every calendar reads alike are allowed: libraries differ on WEEKLY with BYSETPOS and on YEARLY with only
BYMONTHDAY. Every allowed rule gives a date at least once in forty years, so that its expansion ends.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from dateutil import rrule

from engagement.days.working_days import days_of_month
from engagement.errors import BadInput
from engagement.words import listed

FREQUENCIES: dict[str, Literal[0, 1, 2]] = {"WEEKLY": rrule.WEEKLY, "MONTHLY": rrule.MONTHLY, "YEARLY": rrule.YEARLY}
PARTS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING_WEEK = frozenset((0, d) for d in DAYS[:5])
MOST_WEEKS, MOST_MONTHS = 26, 12
DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Recurrence:
    """A parsed rule: `days` are pairs of ordinal (0 for every) and two-letter weekday."""

    frequency: str
    interval: int = 1
    days: tuple[tuple[int, str], ...] = ()
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    @property
    def counts_working_days(self) -> bool:
        """Whether it means a working day by its place in the month, such as the first one.

        The rule itself can only say Monday to Friday; the country decides which days are working days.
        """
        in_one_month = self.frequency == "MONTHLY" or len(self.months) == 1
        return bool(self.positions) and in_one_month and frozenset(self.days) == WORKING_WEEK

    def place_of(self, day: date) -> int:
        """Return which of the `positions` gives this day: 1 the month's first from Monday to Friday, -1 the last."""
        weekdays = [each for each in days_of_month(day) if each.weekday() < len(WORKING_WEEK)]
        place = weekdays.index(day) + 1
        return place if place in self.positions else place - len(weekdays) - 1

    def starting(self, first: datetime) -> rrule.rrule:
        """Return the expansion in local time from `first` (naive) on.

        Every second week or month is counted from the first matching day, so that the rule begins as soon as it can.
        """
        counted_from = self.counted_from(first.date())
        return self._expanded(datetime.combine(counted_from, first.time()) if counted_from else first, self.interval)

    def counted_from(self, starts_on: date) -> date | None:
        """Return the first matching day, from which every second week or month is counted; None if none is skipped."""
        if self.interval == 1:
            return None
        return self._expanded(datetime.combine(starts_on, time()), 1)[0].date()

    def _expanded(self, first: datetime, interval: int) -> rrule.rrule:
        return rrule.rrule(
            FREQUENCIES[self.frequency],
            dtstart=first,
            interval=interval,
            wkst=rrule.MO,
            byweekday=[rrule.weekday(DAYS.index(day), ordinal or None) for ordinal, day in self.days] or None,
            bymonth=self.months or None,
            bymonthday=self.month_days or None,
            bysetpos=self.positions or None,
        )


def read_rule(text: str) -> Recurrence:
    """Return the parts of RRULE text; raise BadInput with a sentence for parts that are not supported."""
    parts = _parts(text)
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        raise _refused("It has to repeat weekly, monthly or yearly")
    rule = Recurrence(
        frequency,
        _numbers(parts, "INTERVAL", 1, 52)[0] if "INTERVAL" in parts else 1,
        _days(parts.get("BYDAY")),
        _numbers(parts, "BYMONTH", 1, 12),
        _numbers(parts, "BYMONTHDAY", 1, 31, or_negative=True),
        _numbers(parts, "BYSETPOS", 1, 20, or_negative=True),
    )
    _check(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, is_pair, value = piece.partition("=")
        if name not in PARTS or not is_pair or not value:
            raise _refused(f"“{piece}” is not offered; use {listed(PARTS)}")
        if name in parts:
            raise _refused(f"{name} is in it twice")
        parts[name] = value
    return parts


def _numbers(parts: dict[str, str], name: str, least: int, most: int, *, or_negative: bool = False) -> tuple[int, ...]:
    found = []
    for piece in parts[name].split(",") if name in parts else ():
        size = piece.removeprefix("-") if or_negative else piece
        if not (size.isascii() and size.isdigit() and len(size) < 4 and least <= int(size) <= most):
            raise _refused(f"{name} can’t be “{piece}”")
        found.append(int(piece))
    return tuple(dict.fromkeys(found))


def _days(value: str | None) -> tuple[tuple[int, str], ...]:
    found = []
    for piece in value.split(",") if value else ():
        match = re.fullmatch(r"(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", piece)
        if match is None:
            raise _refused(f"BYDAY can’t be “{piece}”")
        found.append((int(match[1] or 0), match[2]))
    return tuple(dict.fromkeys(found))


def _check(rule: Recurrence) -> None:
    weekly = rule.frequency == "WEEKLY"
    has_ordinals = any(ordinal for ordinal, _ in rule.days)
    if not rule.days and not rule.month_days:
        raise _refused("It has to say on which day: BYDAY or BYMONTHDAY")
    if weekly and (rule.positions or rule.month_days or rule.months or has_ordinals):
        raise _refused("A weekly one takes plain weekdays only")
    if weekly and rule.interval > MOST_WEEKS:
        raise _refused(f"Every {rule.interval} weeks is too rare; the most is {MOST_WEEKS}")
    if rule.frequency == "YEARLY" and (rule.interval > 1 or not rule.months):
        raise _refused("A yearly one needs BYMONTH and comes every year")
    if rule.frequency == "MONTHLY" and rule.interval > 1 and (rule.months or rule.interval > MOST_MONTHS):
        raise _refused(f"Every few months takes at most {MOST_MONTHS} of them and no BYMONTH")
    if rule.positions and (rule.month_days or has_ordinals):
        raise _refused("BYSETPOS goes with plain weekdays only")
    if rule.positions and any(abs(p) > 4 * len(rule.days) for p in rule.positions):
        raise _refused("BYSETPOS counts further than there are days")
    if rule.month_days and has_ordinals:
        raise _refused("BYMONTHDAY and counted weekdays don’t go together")
    if any(not _exists(rule, day) for day in rule.month_days):
        raise _refused("Not every BYMONTHDAY exists in its months")


def _exists(rule: Recurrence, day: int) -> bool:
    # With an interval the months depend on the first date, so only days that every month has are safe.
    if rule.interval > 1:
        return abs(day) <= 28
    return any(abs(day) <= DAYS_OF_MONTH[month - 1] for month in rule.months or range(1, 13))


def _refused(why: str) -> BadInput:
    return BadInput(f"This rhythm can’t be used. {why}.", {"cadence": f"{why}."})
