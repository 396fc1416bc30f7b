"""How templates write days, times, shares and counts: the filters, in the reader's own time zone."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from engagement import clock
from engagement.pages.frame import guard
from engagement.stakeholders.standings.rules import written
from engagement.words import (
    brief_day_words,
    count,
    country_words,
    day_words,
    direction_of,
    month_words,
    number_word,
    plural,
    share_words,
    short_day_words,
    zone_words,
)


def register(app: Flask) -> None:
    """Add the filters to the templates."""
    app.jinja_env.filters.update(
        direction=direction_of,
        in_language=in_language,
        day=day,
        short_day=short_day,
        moment=moment,
        brief_moment=brief_moment,
        clock_time=clock_time,
        share=share_words,
        tenths=written,
        count=count,
        plural=plural,
        iso=iso,
        breakable=breakable,
        country=country_words,
        month=month_words,
        brief_day=brief_day_words,
    )
    app.jinja_env.globals.update(today=today, number_word=number_word)


def reader_zone() -> ZoneInfo:
    """Return the reader's zone, or the organisation's when nobody is signed in."""
    reader = guard.reader_or_none()
    return ZoneInfo(reader.timezone if reader else guard.settings().timezone)


def today() -> date:
    """Return today in the reader's zone."""
    return clock.now().astimezone(reader_zone()).date()


def here_today() -> date:
    """Return today in the organisation's zone, where the reader's zone would reveal something about who wrote."""
    return clock.today(guard.settings().timezone)


def local_day(value: date | datetime) -> date:
    """Return the day of an instant in the reader's zone; a day is itself."""
    return value.astimezone(reader_zone()).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None, missing: str = "not set") -> str:
    """Write a day in full, "Tuesday 12 May", with the year if it is not this one."""
    if value is None:
        return missing
    local = local_day(value)
    return day_words(local, with_year=local.year != today().year)


def short_day(value: date | datetime | None, missing: str = "not set") -> str:
    """Write a day for a table, "12 May", with the year if it is not this one."""
    if value is None:
        return missing
    local = local_day(value)
    return short_day_words(local, with_year=local.year != today().year)


def clock_time(value: datetime | None, missing: str = "") -> str:
    """Write the time of day, 24-hour, in the reader's zone."""
    return missing if value is None else f"{value.astimezone(reader_zone()):%H:%M}"


def moment(value: datetime | None, missing: str = "not yet") -> str:
    """Write an instant in the reader's zone: "today at 14:00", "Tuesday 12 May at 14:00"."""
    if value is None:
        return missing
    local = local_day(value)
    when = "today" if local == today() else day(local)
    return f"{when} at {clock_time(value)}"


def brief_moment(value: datetime | None, missing: str = "not yet") -> Markup:
    """Write an instant for a cell of a table, which keeps it in one line: "today, 14:00", "Tue 12 May, 14:00"."""
    if value is None:
        return escape(missing)
    local = local_day(value)
    year = f" {local.year}" if local.year != today().year else ""
    when = "today" if local == today() else f"{brief_day_words(local)}{year}"
    return Markup('<time class="nowrap" datetime="{}">{}, {}</time>').format(iso(value), when, clock_time(value))


def kept_moment(value: datetime) -> str:
    """Write an instant for a file, with its zone: "12 May 2026 at 14:00, London time"."""
    zone = reader_zone()
    local = value.astimezone(zone)
    return f"{short_day_words(local.date())} at {local:%H:%M}, {zone_words(zone.key)}"


def iso(value: date | datetime) -> str:
    """Write a day or instant for a `datetime` attribute."""
    return value.isoformat()


_BREAKS = re.compile(r"(?<=[/@])|(?<=\S{60})")


def breakable(path: str) -> Markup:
    """Write a department's path, an address or a name so that a narrow column breaks it after a slash or an @.

    What is longer than any word, such as a cell of a file that is no name, breaks anywhere.
    """
    return Markup("<wbr>").join(_BREAKS.split(path))


def shortened(text: str, length: int) -> str:
    """Return the beginning of a text in one line, cut between words."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + " …"


def in_language(tag: str | None) -> Markup:
    """Return the language attributes of an element, or none when its text is in the page's language (None)."""
    if not tag:
        return Markup("")
    turned = Markup(' dir="rtl"') if direction_of(tag) == "rtl" else ""
    return Markup(' lang="{}"{}').format(tag, turned)
