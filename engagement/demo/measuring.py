"""What the demonstration measures of its workflows: before, since, once corrected, and one of which nobody measured the time before."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.demo import roster
from engagement.demo.roster import Figure
from engagement.demo.stage import Stage, person_of
from engagement.value.actions.metrics import make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading, correct_reading
from engagement.value.models import MetricReading, ValueMetric
from engagement.value.rules import BaselineSaid, Better, MetricDetails, MetricKind, ReadingRhythm


class Measured(NamedTuple):
    """A metric: its workflow, the day from today on which it was made, and how it stood before (value, method)."""

    workflow: str
    made: int
    name: str
    unit: str
    better: Better
    target: float
    owner: Figure
    before: tuple[float, str] | None


class Support(NamedTuple):
    """How well people get on with a workflow: what is counted, who reads it from where, and what was read by days from today."""

    workflow: str
    name: str
    kind: MetricKind
    better: Better
    source: str
    read: dict[int, float]


SUPPORT = (
    Support("Motor claims triage", "Calls to the desk", MetricKind.TICKETS, Better.LOWER,
            "From the desk’s own list.", {-70: 118, -40: 64, -9: 31}),
    Support("Motor claims triage", "Claims sorted without asking", MetricKind.SELF_SERVICE, Better.HIGHER,
            "From the claims system.", {-70: 58, -9: 83}),
    Support("Invoice matching", "Calls to the desk", MetricKind.TICKETS, Better.LOWER,
            "From the desk’s own list.", {-18: 72, -4: 55}),
)  # fmt: skip
METRICS = (
    Measured("Motor claims triage", -175, "From claim to first answer", "hours", Better.LOWER, 24, roster.LEAD,
             (52, "Median of all motor claims of the month before, from the claims system.")),
    Measured("Invoice matching", -150, "Invoices matched by hand", "%", Better.LOWER, 15, roster.WAVE_LEAD,
             (61, "Of all invoices of four weeks, counted by the payments team.")),
    Measured("Property claims triage", -60, "From claim to first answer", "hours", Better.LOWER, 36, roster.LEAD,
             (71, "Median of all property claims of the month before, from the claims system.")),
    Measured("Letter drafting", -45, "Letters sent without a change", "%", Better.HIGHER, 70, roster.LEAD, None),
)  # fmt: skip
#: By workflow, the days from today on which what was read of its value.
READ: dict[str, dict[int, float]] = {
    "Motor claims triage": {-70: 47, -40: 33, -9: 26.5},
    "Invoice matching": {-18: 55, -11: 44, -4: 37},
}
#: A reading that was a slip: workflow, the day it was corrected, the day it tells of, what was really measured, and why.
SLIP = ("Invoice matching", -3, -11, 46.0, "The first count left out credit notes.")


def measure(stage: Stage, offset: int) -> None:
    """Say what is measured, and read it, on the day `offset` days from today."""
    by, on = stage.accounts[roster.MANAGER.email].actor, stage.day(offset)
    for each in METRICS:
        if offset == each.made:
            with stage.at(on, 9):
                target_on = stage.day(offset + 365)
                said = MetricDetails(
                    each.name, each.unit, each.better, ReadingRhythm.MONTH, round(each.target * 1000), target_on
                )
                owner = person_of(each.owner)
                metric = make_metric(stage.workflows[each.workflow], said, owner, by=by)
                if each.before is not None:
                    value, method = each.before
                    baseline = BaselineSaid(round(value * 1000), on, method)
                    say_baseline(metric, baseline, today=on, by=by)
    for support in SUPPORT:
        if offset in support.read:
            with stage.at(on, 16):
                read_now = Read(on, round(support.read[offset] * 1000), support.source)
                add_reading(_support_metric(stage, support), read_now, today=on, by=by)
    for workflow, read in READ.items():
        if offset in read:
            with stage.at(on, 15):
                value = round(read[offset] * 1000)
                add_reading(_metric(stage, workflow), Read(on, value), today=on, by=by)
    workflow, corrected, tells_of, value, note = SLIP
    if offset == corrected:
        with stage.at(on, 10):
            held = (MetricReading.measured_on == stage.day(tells_of), MetricReading.superseded_at.is_(None))
            reading = db.session.scalars(
                select(MetricReading).where(MetricReading.metric_id == _metric(stage, workflow).id, *held)
            ).one()
            read_right = Read(reading.measured_on, round(value * 1000), note)
            correct_reading(reading, read_right, today=on, by=by)


def _metric(stage: Stage, workflow: str, kind: MetricKind = MetricKind.VALUE) -> ValueMetric:
    these = (ValueMetric.workflow_id == stage.workflows[workflow].id, ValueMetric.kind == kind)
    return db.session.scalars(select(ValueMetric).where(*these)).one()


def _support_metric(stage: Stage, support: Support) -> ValueMetric:
    """Return the metric of what is counted, made with its first reading."""
    if stage.today + timedelta(days=min(support.read)) != clock.now().date():
        return _metric(stage, support.workflow, support.kind)
    said = MetricDetails(support.name, support.kind.unit, support.better, ReadingRhythm.MONTH, kind=support.kind)
    by, owner = stage.accounts[roster.MANAGER.email].actor, person_of(roster.WAVE_LEAD)
    metric = make_metric(stage.workflows[support.workflow], said, owner, by=by)
    say_baseline(metric, BaselineSaid(reason="It did not exist before."), today=clock.now().date(), by=by)
    return metric
