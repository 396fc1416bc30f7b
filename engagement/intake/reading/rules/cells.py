"""Reads one cell of an HR file: text in, a plain value out, or `Refused` with the reason in words."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Generic, TypeVar

from engagement.addresses import LONGEST_ADDRESS, kept_form, server_form
from engagement.days.local_time import zone_names
from engagement.intake.reading.rules.countries import country_code
from engagement.intake.reading.rules.problems import ProblemKind, shown
from engagement.letters import clean, clean_number
from engagement.people.rules import TrainingRole

Value = TypeVar("Value")

LONGEST_TEXT = 200
LONGEST_NAME = 100
LONGEST_NUMBER = 100
DEEPEST_DEPARTMENT = 12
MOST_REMEMBERED = 20_000
"""Texts kept by `Readings`: more would make memory grow with the file where every row has its own text."""


class Refused(ValueError):
    """A cell that cannot be used; `reason` is a sentence or two, without the line."""

    def __init__(self, kind: ProblemKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Readings(dict[str, "Value | Refused"], Generic[Value]):
    """Reads each different text once: 100,000 rows share a few hundred departments and dates."""

    def __init__(self, read: Callable[[str], Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> "Value | Refused":
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        try:
            value: Value | Refused = self._read(text)
        except Refused as refused:
            value = refused
        self[text] = value
        return value


_LINE_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffd-\uffff\ud800-\udfff]")


def refuse_line_break(text: str) -> None:
    """Refuse a name, number or address with a line break: it would break a mail header."""
    if _LINE_BREAK.search(text):
        raise Refused(ProblemKind.LINE_BREAK, f"{shown(text)} runs over more than one line. Put it on one line.")


def refuse_hidden(text: str) -> None:
    """Refuse control characters, characters that change text direction, and characters already lost (U+FFFD)."""
    if found := _HIDDEN.search(text):
        raise Refused(
            ProblemKind.CONTROL_CHARACTER,
            f"{shown(text)} holds an unreadable character (U+{ord(found[0]):04X}). Type the text again.",
        )


def tidy(text: str) -> str:
    """Return `text` composed, line breaks as single spaces, without invisible characters that no script needs."""
    return clean(text)


def without_hidden(text: str) -> str:
    """Return `text` without the characters that `refuse_hidden` refuses."""
    return tidy(_HIDDEN.sub("", text))


_GUARDED = re.compile("'+ *[=+\\-@＝＋－＠]")


def unguarded(text: str) -> str:
    """Return `text` without the leading apostrophe by which files, ours too, protect text from being a formula."""
    return text[1:].lstrip() if text[:1] == "'" and _GUARDED.match(text) else text


def limited(limit: int = LONGEST_TEXT) -> Callable[[str], str]:
    """Return a reader of plain text of at most `limit` characters."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise Refused(
                ProblemKind.TOO_LONG,
                f"{shown(text, 30)} has {len(text)} characters; there is room for {limit}. Shorten it.",
            )
        return " ".join(text.split()) if "  " in text else text

    return read


_ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)(?!.{255})"
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


def read_address(text: str) -> str:
    """Return a trimmed lower-case address; any domain with a dot will do, `.local` and `bücher.example` too."""
    address = text.lower()
    if not address or ("xn--" not in address and _ADDRESS.fullmatch(address)):
        return address
    address = kept_form(text)
    if len(address) > LONGEST_ADDRESS:
        raise Refused(
            ProblemKind.TOO_LONG, f"The address {shown(address, 30)} is longer than {LONGEST_ADDRESS} characters."
        )
    if not address.isprintable() or not _ADDRESS.fullmatch(server_form(address)):
        raise Refused(
            ProblemKind.INVALID_EMAIL,
            f"{shown(text)} is not an e-mail address. Write one, such as ada@example.com.",
        )
    return address


_CUT_SHORT = re.compile(r"\d(?:[.,]\d+)?E[+-]\d+", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(r"(\d+)[.,]0+", re.ASCII)


def read_number(text: str) -> str:
    """Return an employee number in ASCII digits and dashes: 1001 for a spreadsheet's 1001.0."""
    number = clean_number(text)
    if _CUT_SHORT.fullmatch(number):
        raise Refused(
            ProblemKind.NUMBER_CUT_SHORT,
            f"{shown(text)} is how Excel writes a long number once it has cut it short. Make the column a text column where "
            "the number is still whole, and save the file again.",
        )
    whole = _WHOLE.fullmatch(number)
    return limited(LONGEST_NUMBER)(whole[1] if whole else number)


def read_department(text: str) -> str:
    """Return a path of departments, `Operations/Claims`: levels trimmed, empty ones left out."""
    levels = [level for part in text.split("/") if (level := " ".join(part.split()))]
    if len(levels) > DEEPEST_DEPARTMENT:
        raise Refused(
            ProblemKind.DEPARTMENT_TOO_DEEP,
            f"The department {shown(text)} has {len(levels)} levels, {DEEPEST_DEPARTMENT} at most. Shorten the path.",
        )
    for level in levels:
        limited()(level)
    return "/".join(levels)


class UnknownCountry(str):
    """A country that is not in our lists; it is kept as written, with a warning."""


def read_country(text: str) -> str:
    """Return the code of a country, given by code or name in many languages; any other text unchanged."""
    return (country_code(text) or UnknownCountry(limited(100)(text))) if text else ""


def read_timezone(text: str) -> str:
    """Return an IANA time zone in its official spelling, in whatever case it was written; "" for ""."""
    zone = _zones().get(text.replace(" ", "_").casefold())
    if text and zone is None:
        raise Refused(
            ProblemKind.UNKNOWN_TIMEZONE,
            f"{shown(text)} is not a time zone. Use a name such as Europe/London, or leave it empty.",
        )
    return zone or ""


@cache
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in sorted(zone_names())}


_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,4}", re.IGNORECASE)


def read_language(text: str) -> str:
    """Return a BCP 47 tag in its usual spelling: `de`, `pt-BR`, `zh-Hant-TW`; "" for ""."""
    if text and not _LANGUAGE.fullmatch(text):
        raise Refused(
            ProblemKind.BAD_LANGUAGE,
            f"{shown(text)} is not a language tag. Use one such as de or pt-BR, or leave it empty.",
        )
    first, *rest = text.replace("_", "-").lower().split("-")
    return "-".join([first, *(_SUBTAG_CASE.get(len(part), str.lower)(part) for part in rest)])


_SUBTAG_CASE: dict[int, Callable[[str], str]] = {2: str.upper, 4: str.capitalize}

_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})([./-])(?P<m>\d{1,2})\2(?P<y>\d{4})(?: 00:00(?::00)?)?", re.ASCII)
OPEN_END = date(9999, 12, 31)


def read_date(text: str) -> date | None:
    """Return a day: 2026-12-31, 31.12.2026 or 31/12/2026 (day first). None for "" and the far end of open contracts."""
    if not text:
        return None
    found = _ISO.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        day = None
    if day == OPEN_END:
        return None
    if day is None or not 1900 <= day.year <= 2199:
        raise Refused(
            ProblemKind.BAD_DATE, f"{shown(text)} is not a date. Write it as 2026-12-31 or, day first, 31.12.2026."
        )
    return day


class DayColumn:
    """One column of days, read day first; notes evidence of another order, which one date often can't show."""

    def __init__(self) -> None:
        self.is_day_first = self.has_either = False
        self.month_first = ""

    def read(self, text: str) -> date | None:
        # With dots the day is first everywhere.
        if (found := _DAY_FIRST.fullmatch(text)) and "." not in text:
            first, second = int(found["d"]), int(found["m"])
            if first <= 12 < second <= 31:
                self.month_first = self.month_first or text
            self.is_day_first |= second <= 12 < first
            self.has_either |= first <= 12 and second <= 12 and first != second
        return read_date(text)

    @property
    def is_month_first(self) -> bool:
        """Whether the column shows that the month comes first, so that its other dates were misread."""
        return bool(self.month_first) and self.has_either and not self.is_day_first


def read_roles(text: str) -> frozenset[TrainingRole]:
    """Return a person's training roles, several separated by `;`."""
    words = [word for part in text.replace(",", ";").split(";") if (word := part.strip().casefold())]
    unknown = [word for word in words if word not in _ROLES]
    if unknown:
        raise Refused(
            ProblemKind.UNKNOWN_TRAINING_ROLE,
            f"{shown(unknown[0])} is not a training role. "
            "Use user, builder, support, leader; several with a semicolon between.",
        )
    return frozenset(TrainingRole(word) for word in words)


_ROLES = frozenset(role.value for role in TrainingRole)
