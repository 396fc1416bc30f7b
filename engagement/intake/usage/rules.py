"""The columns of numbers of use, and how a row becomes lines; over plain values.

Two shapes are known. In a plain one each row has a person or team, a day, a workflow and a number. In an export of last activity, as
Microsoft 365 gives of Copilot, each row is a person, with a column of days for each application.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from engagement.intake.reading.rules.cells import Refused, refuse_hidden, tidy, unguarded
from engagement.intake.reading.rules.columns import header_key

MOST_ROWS = 250_000
MOST_BYTES = 50 * 1024 * 1024


class Column(StrEnum):
    """What a column says; the value is its header in our own words."""

    PERSON = "email"
    TEAM = "department"
    DAY = "day"
    WORKFLOW = "workflow"
    USES = "uses"
    PEOPLE = "people"
    REPORT = "report_date"


#: Each column in words, with an example.
EXPLAINED: dict[Column, tuple[str, str]] = {
    Column.PERSON: ("Whose use it is: work address or employee number. In a row about a team it is empty.", "ada@example.com"),
    Column.TEAM: ("Which team’s use it is: the department with its path. In a row about a person it is empty.", "Operations/Claims"),
    Column.DAY: ("The day of use.", "2026-04-13"),
    Column.WORKFLOW: ("The workflow, as it is called here. Not needed if the whole file is about one.", "Claims triage"),
    Column.USES: ("How often it was used that day. Not needed: a row without it counts once.", "12"),
    Column.PEOPLE: ("In a row about a team: how many of its people used it that day.", "9"),
    Column.REPORT: ("The day up to which the file tells of use. Not needed.", "2026-04-14"),
}  # fmt: skip
_VARIANTS = {
    Column.PERSON: "e-mail, mail, email address, e-mail address, user principal name, upn, user, username, user name, user email, "
    "work email, employee number, employee id, person",
    Column.TEAM: "team, department path, org unit, unit, group, division",
    Column.DAY: "date, used on, usage date, activity date, on, day of use",
    Column.WORKFLOW: "tool, application, app, product, ai workflow, workflow name",
    Column.USES: "count, usage, number of uses, actions, interactions, prompts, sessions, events, total, use count",
    Column.PEOPLE: "users, active users, unique users, number of people, active people",
    Column.REPORT: "report refresh date, report day, as of",
}
_COLUMN_OF = {header_key(t): column for column, texts in _VARIANTS.items() for t in (column.value, *texts.split(","))}
_LAST_ACTIVITY = header_key("last activity date")


@dataclass(frozen=True)
class Layout:
    """How the columns of a file are read: by index, and which columns are days of last activity with which workflow.

    `workflow_id` is the workflow of all rows, where no column says it.
    """

    of: Mapping[Column, int] = field(default_factory=dict)
    activity: Mapping[int, int] = field(default_factory=dict)
    workflow_id: int | None = None

    def kept(self) -> dict[str, Any]:
        """Return plain values to keep."""
        return {
            "of": {column.value: index for column, index in self.of.items()},
            "activity": {str(index): workflow_id for index, workflow_id in self.activity.items()},
            "workflow_id": self.workflow_id,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Layout":
        """Return what was kept."""
        return cls(
            {Column(name): index for name, index in kept["of"].items()},
            {int(index): workflow_id for index, workflow_id in kept["activity"].items()},
            kept["workflow_id"],
        )


def guessed(header: Sequence[str], workflow_ids: Sequence[int]) -> Layout:
    """Return how columns are read by their headers alone; the only workflow of a programme is taken where none is named."""
    of: dict[Column, int] = {}
    for index, name in enumerate(header):
        column = _COLUMN_OF.get(header_key(name))
        if column is not None and column not in of:
            of[column] = index
    only = workflow_ids[0] if len(workflow_ids) == 1 else None
    activity = {}
    if Column.DAY not in of and only is not None:
        activity = {index: only for index, name in enumerate(header) if header_key(name) == _LAST_ACTIVITY}
    needs_workflow = Column.WORKFLOW not in of and not activity
    return Layout(of, activity, only if needs_workflow else None)


def activity_columns(header: Sequence[str]) -> list[int]:
    """Return the columns whose headers say that they are days of last activity."""
    return [index for index, name in enumerate(header) if header_key(name).endswith(_LAST_ACTIVITY)]


def mapping_problem(mapping: Layout) -> str:
    """Return what keeps a file from being read with these columns, "" if nothing does."""
    if Column.PERSON not in mapping.of and Column.TEAM not in mapping.of:
        return "Choose the column that says whose use it is: a person or a team."
    if mapping.activity:
        return (
            ""
            if Column.PERSON in mapping.of
            else "Days of last activity are those of people. Choose the column with the person."
        )
    if Column.DAY not in mapping.of:
        return "Choose the column with the day, or say of which workflow a column of last activity tells."
    if Column.WORKFLOW not in mapping.of and mapping.workflow_id is None:
        return "Choose the column with the workflow, or say which one the whole file is about."
    return ""


def layout_of(header: Sequence[str]) -> str:
    """Return a text that is the same for files of the same columns."""
    return hashlib.sha256("\n".join(header_key(name) for name in header).encode()).hexdigest()


class Said(NamedTuple):
    """What one row says of one workflow and day, as texts; `workflow` is an id where the columns say it."""

    number: int
    person: str
    team: str
    day: str
    workflow: str | int
    uses: str
    people: str
    is_last: bool = False

    @property
    def whose(self) -> str:
        """The person or team that it names."""
        return self.person or self.team


class Row(NamedTuple):
    """A row of a file: its line, its cells, and what keeps it from being read."""

    number: int
    cells: Sequence[str]
    problems: Sequence[str] = ()


def cleaned(cells: Sequence[str]) -> tuple[list[str], str]:
    """Return the cells of a row without what is not to be seen, and what is wrong with one of them."""
    texts = []
    for cell in cells:
        text = unguarded(cell.strip())
        if not text.isascii() or not text.isprintable():
            try:
                refuse_hidden(text)
            except Refused as refused:
                return [], refused.reason
            text = tidy(text)
        texts.append(text)
    return texts, ""


def said_in(mapping: Layout, rows: Iterable[Row]) -> Iterator[Said]:
    """Yield what rows say. A row of last activity without a day says nothing."""
    places = [mapping.of.get(column, -1) for column in Column]
    person, team, day, workflow, uses, people, _ = places

    def cell(cells: Sequence[str], index: int) -> str:
        return cells[index] if 0 <= index < len(cells) else ""

    for row in rows:
        whom = (row.number, cell(row.cells, person), cell(row.cells, team))
        if mapping.activity:
            for index, workflow_id in mapping.activity.items():
                if last := cell(row.cells, index):
                    yield Said(*whom, last, workflow_id, "", "", is_last=True)
        else:
            of = cell(row.cells, workflow) if mapping.workflow_id is None else mapping.workflow_id
            yield Said(*whom, cell(row.cells, day), of, cell(row.cells, uses), cell(row.cells, people))
