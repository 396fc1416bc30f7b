"""Turns rows of cells into `StaffRow`s and checks each alone; `roster` checks the whole file."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import getitem, itemgetter
from typing import Any
from unicodedata import is_normalized

from engagement.intake.reading.rules.cells import (
    LONGEST_NAME,
    LONGEST_TEXT,
    DayColumn,
    Readings,
    Refused,
    UnknownCountry,
    limited,
    read_address,
    read_country,
    read_department,
    read_language,
    read_number,
    read_roles,
    read_timezone,
    refuse_hidden,
    refuse_line_break,
    tidy,
    unguarded,
    without_hidden,
)
from engagement.intake.reading.rules.fields import Field, ManagerKey, ManagerRef, StaffRow
from engagement.intake.reading.rules.names import name_from
from engagement.intake.reading.rules.problems import Problem, ProblemKind, UnreadableFile, shown
from engagement.letters import has_unseen
from engagement.people.rules import TrainingRole

_FIELDS = tuple(Field)
_COUNTRY = _FIELDS.index(Field.COUNTRY)
_ONE_LINE = frozenset(
    {
        Field.EMPLOYEE_ID,
        Field.EMAIL,
        Field.FIRST_NAME,
        Field.LAST_NAME,
        Field.NAME,
        Field.MANAGER_EMAIL,
        Field.MANAGER_ID,
    }
)
_ABSENT: Mapping[Field, object] = {
    Field.START_DATE: None,
    Field.END_DATE: None,
    Field.LEFT_ON: None,
    Field.TRAINING_ROLE: frozenset(),
}


class RowReader:
    """Reads the rows of one file whose columns are known; texts read recently are not read again."""

    def __init__(self, columns: Mapping[Field, int], header: Sequence[str]) -> None:
        self._header = {field: header[index] for field, index in columns.items()}
        self._width = len(header)
        self._pick = itemgetter(*(columns.get(field, self._width) for field in Field))
        address, text = Readings(read_address), Readings(limited(LONGEST_TEXT))
        self._days = {field: DayColumn() for field in (Field.START_DATE, Field.END_DATE, Field.LEFT_ON)}
        name, number = Readings(limited(LONGEST_NAME)), Readings(read_number)
        readings: dict[Field, Readings[Any]] = {
            Field.EMPLOYEE_ID: number,
            Field.EMAIL: address,
            Field.FIRST_NAME: name,
            Field.LAST_NAME: name,
            Field.DEPARTMENT: Readings(read_department),
            Field.MANAGER_EMAIL: address,
            Field.MANAGER_ID: number,
            Field.COUNTRY: Readings(read_country),
            Field.TIMEZONE: Readings(read_timezone),
            Field.LANGUAGE: Readings(read_language),
            **{field: Readings(days.read) for field, days in self._days.items()},
            Field.TRAINING_ROLE: Readings(read_roles),
        }
        self._readings = [readings.get(field, text) for field in Field]

    def read(self, line: int, cells: list[str]) -> tuple[StaffRow, list[Problem]]:
        """Return the row as far as it can be read, and its problems; a refused cell counts as empty."""
        problems: list[Problem] = []
        cells = cells[: self._width]
        cells += [""] * (self._width + 1 - len(cells))
        texts: Sequence[str] = self._pick(cells)
        if not _is_plain("".join(texts)):
            texts = self._cleaned(line, texts, problems)
        values = list(map(getitem, self._readings, map(unguarded, map(str.strip, texts))))
        if Refused in map(type, values):
            self._note_refusals(line, values, problems)
        if isinstance(country := values[_COUNTRY], UnknownCountry):
            self._note_country(line, country, problems)
        return self._row(line, values, problems), problems

    def refuse_month_first(self) -> None:
        """After all rows were read, raise UnreadableFile for a column of dates with the month first."""
        for field, days in self._days.items():
            if days.is_month_first:
                raise UnreadableFile(
                    ProblemKind.MONTH_FIRST,
                    f"The dates under “{self._header[field]}” begin with the month, such as {shown(days.month_first)}, so days up to "
                    "the 12th would be taken for months. Give the column the format 2026-12-31 in Excel, and save the file again.",
                )

    def _cleaned(self, line: int, texts: Sequence[str], problems: list[Problem]) -> list[str]:
        """Return the texts in NFC, each on one line; notes characters that must not reach a mail header or page."""
        cleaned = []
        for field, text in zip(_FIELDS, texts, strict=True):
            try:
                if field in _ONE_LINE:
                    refuse_line_break(text.strip())
                refuse_hidden(text)
                cleaned.append(tidy(text))
            except Refused as refused:
                problems.append(self._problem(line, field, refused.kind, refused.reason))
                cleaned.append(without_hidden(text))
        return cleaned

    def _note_refusals(self, line: int, values: list[object], problems: list[Problem]) -> None:
        """Turn each refused value into a problem, unless its cell has one already, and empty it."""
        noted = {problem.column for problem in problems}
        for index, value in enumerate(values):
            if isinstance(value, Refused):
                field = _FIELDS[index]
                if self._header[field] not in noted:
                    problems.append(self._problem(line, field, value.kind, value.reason))
                values[index] = _ABSENT.get(field, "")

    def _note_country(self, line: int, country: UnknownCountry, problems: list[Problem]) -> None:
        """Note an unknown country; the row is used nevertheless."""
        reason = (
            f"{shown(country)} is no country that is known here, so the organisation’s holidays count for this person. "
            "Write its name in English, or its code, such as DE."
        )
        problems.append(self._problem(line, Field.COUNTRY, ProblemKind.UNKNOWN_COUNTRY, reason))

    def _row(self, line: int, values: list[object], problems: list[Problem]) -> StaffRow:
        employee_id: str
        email: str
        start_on: date | None
        end_on: date | None
        left_on: date | None
        roles: frozenset[TrainingRole]
        (
            employee_id, email, first, last, full, job_title, department, manager_email, manager_id,
            location, country, timezone, language, start_on, end_on, left_on, roles,
        ) = values  # type: ignore[assignment]  # fmt: skip
        if full or not (first and last):
            first, last, display = name_from(first, last, full)  # type: ignore[arg-type]
        else:
            display = f"{first} {last}"
        if not email or not display or (start_on and end_on and end_on < start_on):
            self._note_gaps(line, email, display, start_on, end_on, problems)
        manager = _manager(manager_id, manager_email)  # type: ignore[arg-type]
        return StaffRow(
            line, employee_id, email, first, last, display, job_title, department, manager,  # type: ignore[arg-type]
            location, country, timezone, language, start_on, end_on, left_on, roles,  # type: ignore[arg-type]
        )  # fmt: skip

    def _note_gaps(
        self, line: int, email: str, display: str, start: date | None, end: date | None, problems: list[Problem]
    ) -> None:
        """Note what the row lacks or contradicts, unless its own cell was noted already."""
        noted = {problem.column for problem in problems}
        if not email and self._header.get(Field.EMAIL) not in noted:
            reason = "The e-mail address is missing. Every person needs one; messages go there."
            problems.append(self._problem(line, Field.EMAIL, ProblemKind.MISSING_EMAIL, reason))
        name_fields = [field for field in (Field.NAME, Field.FIRST_NAME, Field.LAST_NAME) if field in self._header]
        # A file without any column for names was refused because of its header.
        if name_fields and not display and noted.isdisjoint(self._header[field] for field in name_fields):
            reason = "The name is missing. Write the name by which colleagues know this person."
            problems.append(self._problem(line, name_fields[0], ProblemKind.MISSING_NAME, reason))
        if start and end and end < start:
            reason = f"The last day, {end}, is before the first day, {start}. Correct one of them."
            problems.append(self._problem(line, Field.END_DATE, ProblemKind.END_BEFORE_START, reason))

    def _problem(self, line: int, field: Field, kind: ProblemKind, reason: str) -> Problem:
        return Problem(line, self._header.get(field), kind, f"Line {line}: {reason}")


def _is_plain(text: str) -> bool:
    """Return whether text is in NFC, has no invisible characters and lost none on the way."""
    return text.isprintable() and (
        text.isascii() or ("\ufffd" not in text and is_normalized("NFC", text) and not has_unseen(text))
    )


def _manager(number: str, email: str) -> ManagerRef | None:
    """Return the manager that a row names; a number is preferred to an address."""
    if number:
        return ManagerRef(ManagerKey.EMPLOYEE_ID, number)
    return ManagerRef(ManagerKey.EMAIL, email) if email else None
