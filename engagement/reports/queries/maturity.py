"""The report on maturity: what is in production, how long that took, and what support it needs; from dates here and from readings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean, median

from sqlalchemy import func, select

from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.queries import workflows_of
from engagement.reports.queries.reading import document_of
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import Figure, Subject, SubjectKind, figure_of, share_of
from engagement.reports.rules.measures import Measure
from engagement.value.queries.present import MetricShown, metrics_shown
from engagement.value.rules import MetricKind
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.rules import IN_USE
from engagement.words import plural, share_words, short_day_words

READ = {MetricKind.TICKETS: Measure.TICKETS, MetricKind.SELF_SERVICE: Measure.SELF_SERVICE}


@dataclass(frozen=True)
class WorkflowLine:
    """A workflow that is not retired: since when it is in production (None: it is not), and its last readings by kind."""

    workflow: Workflow
    requested_on: date
    since_on: date | None
    readings: Mapping[MetricKind, MetricShown]

    @property
    def days(self) -> int | None:
        """The days from request to production; None while it is not there, or where it was before it was entered here."""
        return None if self.since_on is None else max((self.since_on - self.requested_on).days, 0)


@dataclass(frozen=True)
class MaturityReport:
    """How far a programme has come, for a reader."""

    programme: Programme
    document: Document
    lines: Sequence[WorkflowLine]


def maturity_report(programme: Programme, on: date, reader: Reader, organisation: Organisation) -> MaturityReport:
    """Return the report on a programme that the reader may read, on a day; in a fixed number of statements."""
    lines = _lines(programme)
    figures = [*_of_programme(programme, lines, on), *(figure for line in lines for figure in _of_workflow(line, on))]
    return MaturityReport(
        programme, document_of(programme, reader, organisation, _lede(programme, lines), figures), lines
    )


def _lines(programme: Programme) -> list[WorkflowLine]:
    workflows = [workflow for workflow in workflows_of([programme.id]) if workflow.retired_at is None]
    ids = [workflow.id for workflow in workflows]
    first = (
        select(WaveWorkflow.workflow_id, func.min(Wave.go_live_on))
        .join(Wave, Wave.id == WaveWorkflow.wave_id)
        .where(WaveWorkflow.workflow_id.in_(ids), Wave.status.in_(IN_USE))
        .group_by(WaveWorkflow.workflow_id)
    )
    since = dict(db.session.execute(first).all())
    metrics = metrics_shown(ids)
    return [
        WorkflowLine(
            workflow,
            workflow.made_at.date(),
            since.get(workflow.id),
            {shown.metric.kind: shown for shown in reversed(metrics.get(workflow.id, ())) if shown.metric.kind in READ},
        )
        for workflow in workflows
    ]


def _of_programme(programme: Programme, lines: Sequence[WorkflowLine], on: date) -> Iterator[Figure]:
    of = Subject(SubjectKind.PROGRAMME, str(programme.id), "All workflows")
    there = [line for line in lines if line.since_on is not None]
    yield share_of(Measure.PRODUCTION, of, len(there), len(lines), on, "no workflow yet")
    yield share_of(
        Measure.OF_TARGET, of, len(there), programme.target_processes or 0, on, "nobody said how many it is to reach"
    )
    days = [line.days for line in there if line.days is not None]
    yield figure_of(
        Measure.TO_PRODUCTION,
        of,
        float(median(days)) if days else None,
        on,
        missing="nothing is in production yet",
        unit="days",
    )
    for kind, together in ((MetricKind.TICKETS, mean), (MetricKind.SELF_SERVICE, median)):
        read = [shown.latest for line in there if (shown := line.readings.get(kind)) is not None and shown.latest]
        yield figure_of(
            READ[kind],
            of,
            round(float(together([reading.value for reading in read])) / 1000, 1) if read else None,
            min((reading.measured_on for reading in read), default=on),
            missing="nobody reads that yet",
            unit=kind.unit,
            note=f"From {len(read)} of {plural(len(there), 'workflow', 'workflows')} in production." if read else "",
        )


def _of_workflow(line: WorkflowLine, on: date) -> Iterator[Figure]:
    of = Subject(SubjectKind.WORKFLOW, str(line.workflow.id), line.workflow.name)
    since = f"Entered {short_day_words(line.requested_on)}" + (
        f", live {short_day_words(line.since_on)}." if line.since_on else "."
    )
    unit = "day" if line.days == 1 else "days"
    yield figure_of(Measure.TO_PRODUCTION, of, line.days, on, missing="not in production yet", unit=unit, note=since)
    for kind, measure in READ.items():
        shown = line.readings.get(kind)
        latest = shown.latest if shown else None
        yield figure_of(
            measure,
            of,
            latest.value / 1000 if latest else None,
            latest.measured_on if latest else on,
            missing="nobody reads that yet" if shown is None else "nothing read yet",
            unit=kind.unit,
            note=f"On {short_day_words(latest.measured_on)}{f': {latest.note}' if latest.note else '.'}"
            if latest
            else "",
        )


def _lede(programme: Programme, lines: Sequence[WorkflowLine]) -> str:
    if not lines:
        return "No workflow belongs to this programme yet."
    there = sum(line.since_on is not None for line in lines)
    target = (
        f", of {plural(programme.target_processes, 'process', 'processes')} that it is to reach"
        if programme.target_processes
        else ""
    )
    if not there:
        return f"No workflow is in production yet{target}."
    return f"{share_words(there, len(lines))} workflows are in production{target}."
