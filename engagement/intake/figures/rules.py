"""The columns of a file of readings, and how a line of it is read; over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from engagement.intake.reading.rules.cells import Refused, refuse_hidden, refuse_line_break, tidy, unguarded
from engagement.intake.reading.rules.columns import header_key
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile, shown
from engagement.vocabulary import Worded
from engagement.words import listed

MOST_ROWS = 20_000


class Column(StrEnum):
    """A column of a file of readings; the value is its header in our own files."""

    WORKFLOW = "workflow"
    METRIC = "metric"
    DAY = "day"
    VALUE = "value"
    NOTE = "note"


#: Each column in words, for whoever makes a file, with an example.
EXPLAINED: dict[Column, tuple[str, str]] = {
    Column.WORKFLOW: ("The workflow, as it is called here.", "Claims triage"),
    Column.METRIC: ("What is measured, as it is called here.", "Time to first answer"),
    Column.DAY: ("The day on which it was measured.", "2026-04-30"),
    Column.VALUE: ("A number without its unit.", "12.5"),
    Column.NOTE: ("What a reader of the number should know. The column may be missing.", "Without the holiday week"),
}
_VARIANTS = {
    Column.WORKFLOW: "workflow name, ai workflow",
    Column.METRIC: "metric name, value metric, measure, indicator, kpi",
    Column.DAY: "date, measured on, measured_on, on, reading date",
    Column.VALUE: "reading, number, figure",
    Column.NOTE: "notes, comment, remark",
}
_COLUMN_OF = {header_key(t): column for column, texts in _VARIANTS.items() for t in (column.value, *texts.split(","))}
#: Columns of our own file that are not read.
_TOLD_ONLY = {header_key(name) for name in ("unit", "entered_by")}
NEEDED = (Column.WORKFLOW, Column.METRIC, Column.DAY, Column.VALUE)


class LineKind(Worded):
    """What a line of a file does."""

    NEW = "new"
    CORRECTED = "corrected"
    KNOWN = "known"
    REFUSED = "refused"


class FileLine(NamedTuple):
    """A line of a file: its number, its texts by column, and what keeps it from being read."""

    number: int
    texts: dict[str, str]
    problems: list[str]


@dataclass(frozen=True)
class Columns:
    """Where each column stands in a file, and the headers that mean nothing here."""

    of: dict[Column, int]
    not_read: list[str]


def columns_of(header: Sequence[str]) -> Columns:
    """Find the columns by their headers. Raises UnreadableFile if two say the same, or one is missing."""
    found: dict[Column, int] = {}
    not_read = []
    for index, name in enumerate(header):
        column = _COLUMN_OF.get(header_key(name))
        if column is None:
            not_read += [name] if name and header_key(name) not in _TOLD_ONLY else []
        elif column in found:
            both = f"{shown(header[found[column]])} and {shown(name)}"
            sentence = f"The columns {both} say the same. Remove or rename one of them."
            raise UnreadableFile(ProblemKind.RIVAL_COLUMNS, sentence)
        else:
            found[column] = index
    if missing := [f"“{column.value}”" for column in NEEDED if column not in found]:
        headers = ", ".join(shown(name) for name in header if name)[:400]
        sentence = f"No column is called {listed(missing, 'or')}. The headers are: {headers}."
        raise UnreadableFile(ProblemKind.MISSING_COLUMN, sentence)
    return Columns(found, not_read)


def line_of(columns: Columns, number: int, cells: Sequence[str], failed: Sequence[str]) -> FileLine:
    """Return a line with its cells cleaned; `failed` are problems of its cells that are known already."""
    texts: dict[str, str] = {}
    problems = list(failed)
    for column, index in columns.of.items():
        text = unguarded(cells[index].strip() if index < len(cells) else "")
        try:
            refuse_hidden(text)
            refuse_line_break(text)
            texts[column.value] = tidy(text)
        except Refused as refused:
            texts[column.value] = ""
            problems.append(refused.reason)
    return FileLine(number, texts, problems)
