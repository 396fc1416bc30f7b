"""Rows of cells made into `StaffRow`s, each checked by itself; what only the whole file shows is left to `roster`."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import getitem, itemgetter
from unicodedata import is_normalized

from engagement.intake.cells import (
    Readings,
    Refused,
    limited,
    read_address,
    read_country,
    read_date,
    read_department,
    read_language,
    read_roles,
    read_timezone,
    refuse_hidden,
    refuse_line_break,
    tidy,
    without_hidden,
)
from engagement.intake.names import name_from
from engagement.intake.rules import Field, ManagerKey, ManagerRef, Problem, ProblemKind, StaffRow
from engagement.people.rules import TrainingRole

_FIELDS = tuple(Field)
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
    Field.TRAINING_ROLE: frozenset(),
}


class RowReader:
    """Reads the rows of one file whose columns are known; what it read once it does not read again."""

    def __init__(self, columns: Mapping[Field, int], header: Sequence[str]) -> None:
        self._header = {field: header[index] for field, index in columns.items()}
        self._width = len(header)
        self._pick = itemgetter(*(columns.get(field, self._width) for field in _FIELDS))
        number = Readings(limited(100))
        address = Readings(read_address)
        text = Readings(limited())
        day = Readings(read_date)
        # in the order of Field
        self._readings: tuple[Readings[object], ...] = (  # type: ignore[assignment]
            number,
            address,
            Readings(limited(100)),
            Readings(limited(100)),
            text,
            text,
            Readings(read_department),
            address,
            number,
            text,
            Readings(read_country),
            Readings(read_timezone),
            Readings(read_language),
            day,
            day,
            Readings(read_roles),
        )

    def read(self, line: int, cells: list[str]) -> tuple[StaffRow, list[Problem]]:
        """The row as far as it can be read, and what is wrong with it; a cell that is refused counts as empty."""
        problems: list[Problem] = []
        cells = cells[: self._width]
        cells += [""] * (self._width + 1 - len(cells))
        texts: Sequence[str] = self._pick(cells)
        joined = "".join(texts)
        if not joined.isprintable() or (not joined.isascii() and _needs_care(joined)):
            texts = self._cleaned(line, texts, problems)
        values = list(map(getitem, self._readings, map(str.strip, texts)))
        if Refused in map(type, values):
            self._note_refusals(line, values, problems)
        return self._row(line, values, problems), problems

    def _cleaned(self, line: int, texts: Sequence[str], problems: list[Problem]) -> list[str]:
        """The texts in NFC and on one line each; noted where something must not reach a mail header or a page."""
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
        """Turn each refused value into a problem, unless its cell has one already, and leave it empty."""
        noted = {problem.column for problem in problems}
        for index, value in enumerate(values):
            if isinstance(value, Refused):
                field = _FIELDS[index]
                if self._header[field] not in noted:
                    problems.append(self._problem(line, field, value.kind, value.reason))
                values[index] = _ABSENT.get(field, "")

    def _row(self, line: int, values: list[object], problems: list[Problem]) -> StaffRow:
        employee_id: str
        email: str
        start_on: date | None
        end_on: date | None
        roles: frozenset[TrainingRole]
        (
            employee_id, email, first, last, full, job_title, department, manager_email, manager_id,
            location, country, timezone, language, start_on, end_on, roles,
        ) = values  # type: ignore[assignment]  # fmt: skip
        if full or not (first and last):
            first, last, display = name_from(first, last, full)  # type: ignore[arg-type]
        else:
            display = f"{first} {last}"
        if not email or not display or (start_on and end_on and end_on < start_on):
            self._note_gaps(line, email, display, start_on, end_on, problems)
        manager = None
        if manager_id:
            manager = ManagerRef(ManagerKey.EMPLOYEE_ID, manager_id)  # type: ignore[arg-type]
        elif manager_email:
            manager = ManagerRef(ManagerKey.EMAIL, manager_email)  # type: ignore[arg-type]
        return StaffRow(
            line, employee_id, email, first, last, display, job_title, department, manager,  # type: ignore[arg-type]
            location, country, timezone, language, start_on, end_on, roles,  # type: ignore[arg-type]
        )  # fmt: skip

    def _note_gaps(
        self, line: int, email: str, display: str, start: date | None, end: date | None, problems: list[Problem]
    ) -> None:
        """What a row lacks or contradicts, where its own cell is not noted already."""
        noted = {problem.column for problem in problems}
        if not email and self._header.get(Field.EMAIL) not in noted:
            reason = "The e-mail address is missing. Every person needs one; messages go there."
            problems.append(self._problem(line, Field.EMAIL, ProblemKind.MISSING_EMAIL, reason))
        name_fields = [field for field in (Field.NAME, Field.FIRST_NAME, Field.LAST_NAME) if field in self._header]
        if not display and noted.isdisjoint(self._header[field] for field in name_fields):
            reason = "The name is missing. Write the name by which colleagues know this person."
            problems.append(self._problem(line, name_fields[0], ProblemKind.MISSING_NAME, reason))
        if start and end and end < start:
            reason = f"The last day, {end}, is before the first day, {start}. Correct one of them."
            problems.append(self._problem(line, Field.END_DATE, ProblemKind.END_BEFORE_START, reason))

    def _problem(self, line: int, field: Field, kind: ProblemKind, reason: str) -> Problem:
        return Problem(line, self._header.get(field), kind, f"Line {line}: {reason}")


def _needs_care(printable: str) -> bool:
    """True for text that is not in NFC, or that lost a sign on its way here."""
    return "\ufffd" in printable or not is_normalized("NFC", printable)
