"""Small pieces of sentences that every room uses: counted nouns, lists, days, zones, spans, names of languages.

English, unless a reader's language is given. Babel (CLDR) provides the names of days, months, languages and places, and
each language's way of joining words.
"""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_timezone_location, match_skeleton
from babel.lists import format_list

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: The service's own language.
ENGLISH = Locale("en", "GB")


def count(number: int) -> str:
    """Write a whole number with commas between thousands."""
    return f"{number:,}"


def plural(number: int, one: str, many: str) -> str:
    """Write a number with its noun: "1 person", "2,412 people"."""
    return f"{count(number)} {one if number == 1 else many}"


def percent_of(part: int, whole: int) -> int:
    """Return a share in whole percent; 100 only for all, 0 only for none. Raises ZeroDivisionError for a share of nothing."""
    percent = round(100 * part / whole)
    return min(max(percent, 1 if part else 0), 99 if part < whole else 100)


def percent_text(share: float) -> str:
    """Write a share, from 0 to 1, in whole percent: "90 %"."""
    return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"


def whole_percent(percent: float) -> int:
    """Round a measured percentage to a whole one, half up; 100 only from 100 on."""
    whole = math.floor(percent + 0.5)
    return whole if percent >= 100 else min(whole, 99)


def share_words(part: int, whole: int, missing: str = "none yet") -> str:
    """Write a share with its fraction: "69 %, 371 of 538"; "none of 538"."""
    if whole == 0:
        return missing
    if part == 0:
        return f"none of {count(whole)}"
    return f"{percent_of(part, whole)}\N{NO-BREAK SPACE}%, {count(part)} of {count(whole)}"


def number_word(number: int) -> str:
    """Write a small number as a word, a large one in digits."""
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else count(number)


def listed(words: Iterable[str], last: Literal["and", "or"] = "and", language: str = "en") -> str:
    """Return words as a list in a sentence of this language: "a, b and c"."""
    style: Literal["standard", "or"] = "or" if last == "or" else "standard"
    return format_list(list(words), style, locale_of(language) or ENGLISH)


def days_away(day: date, on: date) -> str:
    """Say how far a day is away: "in 28 days", "tomorrow", "today", "yesterday", "3 days ago"."""
    days = (day - on).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near.get(days) or (f"in {count(days)} days" if days > 0 else f"{count(-days)} days ago")


def minutes_words(seconds: float) -> str:
    """Write a waiting time in whole minutes, rounded up: "1 minute"."""
    return plural(max(1, math.ceil(seconds / 60)), "minute", "minutes")


def day_words(day: date, *, with_year: bool = False, language: str = "en") -> str:
    """Write a day in the manner of a language: "Friday 3 April"; in digits if the language's manner is not known."""
    locale = locale_of(language)
    return day.isoformat() if locale is None else _written(day, _pattern(locale, with_year), locale)


def short_day_words(day: date, *, with_year: bool = True) -> str:
    """Write a day without its weekday: "3 April 2026"."""
    return _written(day, "d MMMM y" if with_year else "d MMMM", ENGLISH)


def brief_day_words(day: date, *, with_weekday: bool = True, with_month: bool = True) -> str:
    """Write a day as briefly as an agenda does: "Fri 3 Apr"."""
    return _written(day, f"{'EEE ' * with_weekday}d{' MMM' * with_month}", ENGLISH)


def month_words(day: date, *, with_year: bool = True) -> str:
    """Write the month of a day: "April 2026"."""
    return _written(day, "MMMM y" if with_year else "MMMM", ENGLISH)


def _written(day: date, pattern: str, locale: Locale) -> str:
    # Of a moment only its day: moments of two zones are equal at the same instant, though it is another day there.
    return _written_day(day.date() if isinstance(day, datetime) else day, pattern, locale)


# A page names the same few days again and again.
@lru_cache(maxsize=1024)
def _written_day(day: date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale)


def month_word(number: int) -> str:
    """Name a month, 1 to 12."""
    return str(ENGLISH.months["format"]["wide"][number])


def weekday_word(number: int) -> str:
    """Name a weekday; 0 is Monday."""
    return str(ENGLISH.days["format"]["wide"][number])


def moment_words(instant: datetime, timezone: str) -> str:
    """Write an instant in a zone, which is named: "Friday 3 April at 09:00, London time"."""
    local = instant.astimezone(ZoneInfo(timezone))
    return f"{day_words(local.date())} at {local:%H:%M}, {zone_words(timezone)}"


@lru_cache(maxsize=1024)
def zone_words(timezone: str) -> str:
    """Name a zone as people do: "London time"."""
    city = get_timezone_location(timezone, locale=ENGLISH, return_city=True)
    return city if city in ("UTC", "GMT") else f"{city} time"


def country_words(code: str) -> str:
    """Name a country by its code; what is no code of a country stays as it is."""
    return str(ENGLISH.territories.get(code, code))


def language_words(tag: str) -> str:
    """Name a language: "Polish", "Portuguese (pt-BR)", or its tag if the name is not known."""
    base, _, region = tag.partition("-")
    name = ENGLISH.languages.get(base.lower())
    if name is None:
        return tag
    return f"{name} ({tag})" if region else name


@lru_cache(maxsize=1024)
def locale_of(language: str) -> Locale | None:
    """Return the locale of a language (BCP 47), if necessary of a shorter form of its tag; None if there is none."""
    parts = language.split("-")
    while parts:
        try:
            found = Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            parts.pop()
        else:
            return ENGLISH if str(found) == "en" else found
    return None


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """Return the writing direction of a language (BCP 47); left to right if it is not known."""
    return "rtl" if (locale_of(language) or ENGLISH).text_direction == "rtl" else "ltr"


@lru_cache(maxsize=1024)
def _pattern(locale: Locale, with_year: bool) -> str:
    """Return the language's own order of weekday, day, month and year, with written-out names."""
    if locale == ENGLISH:
        return "EEEE d MMMM y" if with_year else "EEEE d MMMM"
    if with_year:
        return str(locale.date_formats["full"].pattern)
    skeletons = locale.datetime_skeletons
    own = str(skeletons[match_skeleton("MMMMEd", skeletons)].pattern)
    return re.sub(r"'[^']*'|[Ec]+", lambda found: found[0] if found[0][0] == "'" else "EEEE", own)


def lines_of(text: str) -> list[str]:
    """Return the lines of an answer, one point each, without bullets or blank lines."""
    return [line.strip().lstrip("-*• ").strip() for line in text.splitlines() if line.strip("-*• \t")]
