"""Rows of cells made into `StaffRow`s, each checked by itself; what only the whole file shows is left to `roster`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from operator import getitem, itemgetter
from typing import Any, NamedTuple
from unicodedata import is_normalized

from engagement.intake.cells import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    LONGEST_TEXT,
    Addresses,
    Lines,
    Readings,
    Refused,
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
    unguarded,
    without_hidden,
)
from engagement.intake.names import name_from
from engagement.intake.rules import Field, ManagerKey, ManagerRef, Problem, ProblemKind, StaffRow
from engagement.people.rules import TrainingRole

_FIELDS = tuple(Field)
_PLACE = {field: place for place, field in enumerate(_FIELDS)}
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


class Batch(NamedTuple):
    """Some rows in the order of the file: a list for each field of `StaffRow`, and by line what is wrong with some."""

    columns: list[list[Any]]
    problems: dict[int, list[Problem]]

    @property
    def lines(self) -> list[int]:
        """The physical line on which each row starts."""
        return self.columns[0]

    def rows(self) -> Iterator[StaffRow]:
        """The rows one by one."""
        return map(StaffRow._make, zip(*self.columns, strict=True))


class RowReader:
    """Reads the rows of one file whose columns are known; what it read once it does not read again.

    Rows are read a column at a time, which is what makes a hundred thousand of them quick; a row in which anything is out
    of the ordinary is then read by itself, with care.
    """

    def __init__(self, columns: Mapping[Field, int], header: Sequence[str]) -> None:
        self._header = {field: header[index] for field, index in columns.items()}
        self._columns = columns
        self._width = len(header)
        self._pick = itemgetter(*(columns.get(field, self._width) for field in _FIELDS))
        manager_address, text, day = Readings(read_address), Lines(LONGEST_TEXT), Readings(read_date)
        number = Lines(LONGEST_NUMBER)
        self._managers = Readings(lambda address: _manager("", address))
        # in the order of Field
        self._readings: tuple[Readings[Any], ...] = (
            number,
            Addresses(),
            Lines(LONGEST_NAME),
            Lines(LONGEST_NAME),
            text,
            text,
            Readings(read_department),
            manager_address,
            number,
            text,
            Readings(read_country),
            Readings(read_timezone),
            Readings(read_language),
            day,
            day,
            Readings(read_roles),
        )

    def read_all(self, rows: Sequence[tuple[int, list[str]]]) -> Batch:
        """Some rows, each as far as it can be read, and what is wrong with them; see `read`."""
        lines = [line for line, _ in rows]
        whole = list(zip_longest(*(cells for _, cells in rows), fillvalue=""))
        odd: set[int] = set()
        values = [self._column(field, whole, len(rows), odd) for field in _FIELDS]
        _complete(values, odd)
        columns = [lines, *self._arranged(values)]
        problems: dict[int, list[Problem]] = {}
        for place in sorted(odd):
            row, noted = self.read(*rows[place])
            for column, value in zip(columns, row, strict=True):
                column[place] = value
            if noted:
                problems[lines[place]] = noted
        return Batch(columns, problems)

    def _column(self, field: Field, whole: Sequence[Sequence[str]], count: int, odd: set[int]) -> list[Any]:
        """The values of one field; rows in which it is out of the ordinary go to `odd` and get the value of an empty cell."""
        absent = _ABSENT.get(field, "")
        index = self._columns.get(field)
        if index is None or index >= len(whole):
            return [absent] * count
        cells = whole[index]
        joined = " ".join(cells)
        strange = set() if _is_plain(joined) else {i for i, cell in enumerate(cells) if not _is_plain(cell)}
        texts = list(map(str.strip, cells))
        if "'" in joined:
            texts = list(map(unguarded, texts))
        for place in strange:
            texts[place] = ""
        reading = self._readings[_PLACE[field]]
        values = reading.of_all(texts)
        if reading.refuses:
            strange |= {i for i, value in enumerate(values) if type(value) is Refused}
            for place in strange:
                values[place] = absent
        odd |= strange
        return values

    def _arranged(self, values: list[list[Any]]) -> list[list[Any]]:
        """The columns of `StaffRow` but the line, from the columns of `Field`: the two for the manager become one."""
        at = _PLACE[Field.MANAGER_EMAIL]
        emails, numbers = values[at : at + 2]
        managers: list[Any]
        if any(numbers):
            managers = [_manager(number, email) for number, email in zip(numbers, emails, strict=True)]
        else:
            managers = self._managers.of_all(emails)
        return [*values[:at], managers, *values[at + 2 :]]

    def read(self, line: int, cells: list[str]) -> tuple[StaffRow, list[Problem]]:
        """The row as far as it can be read, and what is wrong with it; a cell that is refused counts as empty."""
        problems: list[Problem] = []
        cells = cells[: self._width]
        cells += [""] * (self._width + 1 - len(cells))
        texts: Sequence[str] = self._pick(cells)
        if not _is_plain("".join(texts)):
            texts = self._cleaned(line, texts, problems)
        values = list(map(getitem, self._readings, map(unguarded, map(str.strip, texts))))
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
        manager = _manager(manager_id, manager_email)  # type: ignore[arg-type]
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


def _is_plain(text: str) -> bool:
    """False for text with anything unseen in it, that is not in NFC, or that lost a sign on its way here."""
    return text.isprintable() and (text.isascii() or ("\ufffd" not in text and is_normalized("NFC", text)))


def _complete(values: list[list[Any]], odd: set[int]) -> None:
    """Put first, last and whole name into the three columns of names; rows that lack or contradict something are odd."""
    at_first, at_last, at_full = (_PLACE[field] for field in (Field.FIRST_NAME, Field.LAST_NAME, Field.NAME))
    names = zip(values[at_first], values[at_last], values[at_full], strict=True)
    whole = [
        name_from(first, last, full) if full or not (first and last) else (first, last, f"{first} {last}")
        for first, last, full in names
    ]
    values[at_first], values[at_last], values[at_full] = map(list, zip(*whole, strict=True))
    for must in (values[_PLACE[Field.EMAIL]], values[at_full]):
        if "" in must:
            odd |= {place for place, value in enumerate(must) if not value}
    spans = zip(values[_PLACE[Field.START_DATE]], values[_PLACE[Field.END_DATE]], strict=True)
    odd |= {place for place, (start, end) in enumerate(spans) if end and start and end < start}


def _manager(number: str, email: str) -> ManagerRef | None:
    """Whom a row names as manager; the number goes before the address."""
    if number:
        return ManagerRef(ManagerKey.EMPLOYEE_ID, number)
    return ManagerRef(ManagerKey.EMAIL, email) if email else None
