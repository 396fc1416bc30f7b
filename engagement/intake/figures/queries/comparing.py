"""What a file of readings would write: each line against the metrics that the reader keeps and what was read of them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.intake.figures.rules import Column, FileLine, LineKind
from engagement.intake.reading.rules.cells import Refused, read_date
from engagement.intake.reading.rules.problems import shown
from engagement.letters import folded
from engagement.programmes.models import Workflow
from engagement.reach import Reach
from engagement.value.actions.readings import Read
from engagement.value.models import MetricReading, ValueMetric
from engagement.value.rules import LONGEST_TEXT, day_problem, value_of
from engagement.value.scopes import keeps_metrics
from engagement.words import short_day_words


@dataclass(frozen=True)
class Compared:
    """A line of the file with what it does: `problems` refuse it, `was` is the value that it corrects."""

    number: int
    kind: LineKind
    what: str
    metric: ValueMetric | None = None
    read: Read | None = None
    was: str = ""
    problems: Sequence[str] = ()

    @property
    def value_words(self) -> str:
        """The value that the line says, with its unit."""
        return self.metric.said(self.read.value) if self.metric and self.read else ""

    @property
    def day_words(self) -> str:
        """The day that the line says."""
        return short_day_words(self.read.measured_on) if self.read else ""


@dataclass(frozen=True)
class Plan:
    """What a file would do, line by line."""

    lines: Sequence[Compared]

    def of(self, kind: LineKind) -> list[Compared]:
        """Return the lines that do this."""
        return [line for line in self.lines if line.kind is kind]

    @property
    def changes(self) -> list[tuple[ValueMetric, Read]]:
        """What would be written."""
        written = (LineKind.NEW, LineKind.CORRECTED)
        return [(line.metric, line.read) for line in self.lines if line.kind in written and line.metric and line.read]

    @property
    def fingerprint(self) -> str:
        """A short text that is another one as soon as the file would do something else."""
        said = [
            (line.number, line.kind.value, line.metric and line.metric.id, line.read, line.was) for line in self.lines
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def plan_of(lines: Iterable[FileLine], planning: Reach, today: date) -> Plan:
    """Compare a file with what is known; in two statements whatever its length."""
    known = _Known(planning)
    seen: dict[tuple[int, date], int] = {}
    compared = []
    for line in lines:
        one = known.compared(line, today)
        if one.metric and one.read and one.kind is not LineKind.REFUSED:
            first = seen.setdefault((one.metric.id, one.read.measured_on), line.number)
            if first != line.number:
                sentence = f"Line {first} has a reading of this metric on this day already. Keep one of them."
                one = Compared(line.number, LineKind.REFUSED, one.what, problems=[sentence])
        compared.append(one)
    return Plan(compared)


class _Known:
    """The metrics that the reader keeps, by workflow and name, with what was read of them."""

    def __init__(self, planning: Reach) -> None:
        metrics = db.session.scalars(
            select(ValueMetric)
            .join(Workflow, Workflow.id == ValueMetric.workflow_id)
            .where(ValueMetric.ended_at.is_(None), Workflow.retired_at.is_(None), keeps_metrics(planning))
            .options(joinedload(ValueMetric.workflow))
        ).all()
        self._of: dict[str, dict[str, list[ValueMetric]]] = defaultdict(lambda: defaultdict(list))
        for metric in metrics:
            self._of[folded(metric.workflow.name)][folded(metric.name)].append(metric)
        held = db.session.scalars(
            select(MetricReading).where(
                MetricReading.metric_id.in_([metric.id for metric in metrics]), MetricReading.superseded_at.is_(None)
            )
        )
        self._held = {(row.metric_id, row.measured_on): row for row in held}

    def compared(self, line: FileLine, today: date) -> Compared:
        texts = {column: line.texts.get(column.value, "") for column in Column}
        what = ", ".join(text for text in (texts[Column.WORKFLOW], texts[Column.METRIC]) if text)
        problems = list(line.problems)
        metric = self._metric(texts, problems) if line.texts else None
        read = _read(texts, today, problems) if line.texts else None
        if problems or metric is None or read is None:
            return Compared(line.number, LineKind.REFUSED, what, problems=problems)
        former = self._held.get((metric.id, read.measured_on))
        if former is None:
            return Compared(line.number, LineKind.NEW, what, metric, read)
        if (former.value, former.note) == (read.value, read.note):
            return Compared(line.number, LineKind.KNOWN, what, metric, read)
        return Compared(line.number, LineKind.CORRECTED, what, metric, read, metric.said(former.value))

    def _metric(self, texts: dict[Column, str], problems: list[str]) -> ValueMetric | None:
        workflow, name = texts[Column.WORKFLOW], texts[Column.METRIC]
        if not workflow or not name:
            problems.append("It has no workflow." if not workflow else "It has no metric.")
            return None
        of_workflow = self._of.get(folded(workflow))
        if of_workflow is None:
            problems.append(f"No workflow that you plan and measure is called {shown(workflow)}.")
            return None
        found = of_workflow.get(folded(name), [])
        if not found:
            problems.append(f"{shown(workflow)} has no metric called {shown(name)}.")
        elif len(found) > 1:
            problems.append(
                f"There are {len(found)} workflows called {shown(workflow)} with this metric. Enter it on its page."
            )
        return found[0] if len(found) == 1 else None


def _read(texts: dict[Column, str], today: date, problems: list[str]) -> Read | None:
    day, value = _day(texts[Column.DAY], today, problems), None
    try:
        value = value_of(texts[Column.VALUE]) if texts[Column.VALUE] else None
        if value is None:
            problems.append("It has no value.")
    except ValueError as error:
        problems.append(f"Under value: {error}")
    if len(texts[Column.NOTE]) > LONGEST_TEXT:
        problems.append(f"Shorten the note to {LONGEST_TEXT:,} characters; it has {len(texts[Column.NOTE]):,}.")
    return None if day is None or value is None else Read(day, value, texts[Column.NOTE])


def _day(text: str, today: date, problems: list[str]) -> date | None:
    try:
        day = read_date(text)
    except Refused as refused:
        problems.append(refused.reason)
        return None
    if day is None:
        problems.append("It has no day.")
        return None
    if problem := day_problem(day, today):
        problems.append(f"{short_day_words(day)}: {problem[0].lower()}{problem[1:]}")
        return None
    return day
