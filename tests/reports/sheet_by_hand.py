"""Each figure of a sheet counted again in the plainest way, row by row, to compare with."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple

from readiness.counted_by_hand import by_hand
from readiness.random_programme import ON
from reports.random_sheet import COUNTED_ON, FLOOR
from sqlalchemy import select

from engagement.adoption.models import Usage
from engagement.communications.models import Occurrence
from engagement.days.working_days import working_days_between
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.programmes.models import Programme
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.resistance.models import Concern
from engagement.resistance.rules import Source
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepState
from engagement.value.models import MetricBaseline, MetricReading, ValueMetric
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.rules import WaveStatus


class Number(NamedTuple):
    """What a figure is: its value, or None for words, and the fraction that it is of, if it is one."""

    value: float | None
    numerator: int | None = None
    denominator: int | None = None


Counted = dict[tuple[str, str, str], Number]


def rows_of(table: Any) -> list[Any]:
    return list(db.session.scalars(select(table)))


def share_by_hand(part: int, whole: int) -> Number:
    return Number(100 * part / whole, part, whole) if whole else Number(None)


def figures_by_hand(programme: Programme) -> Counted:
    """Return every figure but those of objections, by measure, kind and key of what it is about."""
    found: Counted = {}
    waves = [wave for wave in rows_of(Wave) if wave.programme_id == programme.id]
    for wave in waves:
        found |= {(name, "wave", str(wave.id)): number for name, number in _of_wave(wave, waves)}
    for metric in rows_of(ValueMetric):
        if _first_wave(metric.workflow_id, waves):
            found |= {(name, "metric", str(metric.id)): number for name, number in _of_metric(metric)}
    found |= _steps(programme) | _steps_of_waves()
    found |= _messages()
    return found


def _of_wave(wave: Wave, waves: list[Wave]) -> Iterator[tuple[str, Number]]:
    members = {row.person_id for row in rows_of(Membership) if row.wave_id == wave.id and row.ended_at is None}
    yield "people", Number(len(members) or None)
    criteria = by_hand(wave)
    finished, asked, _ = criteria[CriterionKind.TRAINING]
    yield "trained", share_by_hand(finished or 0, asked or 0)
    yield from (("ready", Number(None)), ("used", Number(None)), ("worth", Number(None)))
    if wave.status is WaveStatus.PLANNED:
        states = [state for _, _, state in criteria.values() if state is not CriterionState.NOT_NEEDED]
        yield "ready", share_by_hand(states.count(CriterionState.MET), len(states))
        if asked:
            yield from _pace(wave, finished or 0, asked)
    else:
        yield "used", _used(wave, members)
        own = [row.workflow_id for row in rows_of(WaveWorkflow) if row.wave_id == wave.id]
        ways = [_way(row) for row in rows_of(ValueMetric) if row.workflow_id in own]
        known = [came >= planned for came, planned in ways if came is not None and planned is not None]
        yield "worth", share_by_hand(sum(known), len(known))


def _first_wave(workflow_id: int, waves: list[Wave]) -> bool:
    return any(row.workflow_id == workflow_id for row in rows_of(WaveWorkflow) if row.wave_id in {w.id for w in waves})


def _pace(wave: Wave, finished: int, asked: int) -> Iterator[tuple[str, Number]]:
    days = [row.falls_on for row in rows_of(Milestone) if row.wave_id == wave.id]
    opens = [
        row.falls_on
        for row in rows_of(Milestone)
        if row.wave_id == wave.id and row.kind is MilestoneKind.TRAINING_OPENS
    ]
    assert days
    due = wave.training_due_on
    if not opens or opens[0] >= due:
        yield "trained_expected", Number(None)
        yield "trained_forecast", Number(None)
        return
    gone, whole = (ON - opens[0]).days, (due - opens[0]).days
    yield "trained_expected", Number(round(100 * min(max(gone / whole, 0), 1), 1))
    if due <= ON or gone < 7 or finished < 5 or whole > 8 * gone:
        yield "trained_forecast", Number(None)
    else:
        yield "trained_forecast", share_by_hand(min(asked, finished * whole // gone), asked)


def _used(wave: Wave, members: set[int]) -> Number:
    """Return who used it, where neither those who did nor those who didn't are under the floor."""
    own = {row.workflow_id for row in rows_of(WaveWorkflow) if row.wave_id == wave.id}
    rows = [row for row in rows_of(Usage) if row.workflow_id in own and row.uses]
    if not rows or not members:
        return Number(None)
    last = max(row.used_on for row in rows)
    ever = {row.person_id for row in rows} & members
    used = {row.person_id for row in rows if last - timedelta(days=28) < row.used_on <= last} & members
    is_told = len(ever) >= FLOOR and FLOOR <= len(used) <= len(members) - FLOOR
    return share_by_hand(len(used), len(members)) if is_told else Number(None)


def _way(metric: ValueMetric) -> tuple[Fraction | None, Fraction | None]:
    """Return the share of the way that is done, and that was planned by the day of the last reading."""
    before = next(
        (row for row in rows_of(MetricBaseline) if row.metric_id == metric.id and row.value is not None), None
    )
    reading = _last(metric)
    if before is None or metric.target is None or reading is None or metric.target == before.value:
        return None, None
    came = Fraction(reading.value - before.value, metric.target - before.value)
    days = (metric.target_on - before.measured_on).days
    if days <= 0:
        return came, None
    return came, Fraction(min(max((reading.measured_on - before.measured_on).days, 0), days), days)


def _last(metric: ValueMetric) -> MetricReading | None:
    own = [row for row in rows_of(MetricReading) if row.metric_id == metric.id]
    return max(own, key=lambda row: row.measured_on, default=None)


def _of_metric(metric: ValueMetric) -> Iterator[tuple[str, Number]]:
    reading, (came, planned) = _last(metric), _way(metric)
    yield "value", Number(None if reading is None else reading.value / 1000)
    yield "value_way", Number(None if came is None else float(100 * came))
    yield "value_way_expected", Number(None if planned is None else float(100 * planned))


def _steps(programme: Programme) -> Counted:
    lines = [row for row in rows_of(StepLine) if row.state is not StepState.LEFT_OUT]
    whose = {row.person_id for row in rows_of(StepLine)}
    if not whose:
        return {}
    found = {("steps", "programme", str(programme.id)): _done(lines)}
    for person in whose:
        found["steps", "sponsor", str(person)] = _done([row for row in lines if row.person_id == person])
    return found


def _steps_of_waves() -> Counted:
    lines = [row for row in rows_of(StepLine) if row.step.wave_id is not None]
    return {
        ("wave_steps", "wave", str(wave_id)): _done(
            [row for row in lines if row.step.wave_id == wave_id and row.state is not StepState.LEFT_OUT]
        )
        for wave_id in {row.step.wave_id for row in lines}
    }


def _done(lines: list[StepLine]) -> Number:
    return share_by_hand(sum(row.state is StepState.DONE for row in lines), len(lines))


def _messages() -> Counted:
    out = sorted((row for row in rows_of(Occurrence) if row.mailing), key=lambda row: row.queued_at, reverse=True)
    found = {}
    for row in out[:4]:
        copies = [each.state for each in rows_of(Delivery) if each.mailing_id == row.mailing_id]
        found["delivered", "message", str(row.id)] = share_by_hand(copies.count(DeliveryState.SENT), len(copies))
    return found


def objections_by_hand() -> dict[str, dict[Source, tuple[int, int]]]:
    """Return for each source how many objections were open and answered at the end of the day, and of how many people."""
    rows = [row for row in rows_of(Concern) if row.left_out is None and row.received_on <= COUNTED_ON]
    found: dict[str, dict[Source, tuple[int, int]]] = {"open": {}, "answered": {}}
    for part, of_part in found.items():
        for source in Source:
            own = [row for row in rows if row.source is source and _is_answered(row) is (part == "answered")]
            of_part[source] = len(own), len({row.person_id or -row.id for row in own})
    return found


def _is_answered(row: Concern) -> bool:
    return row.answered_on is not None and row.answered_on <= COUNTED_ON


def median_by_hand() -> float | None:
    """Return the median of working days to the first answer, None for answers to too few people."""
    rows = [row for row in rows_of(Concern) if row.left_out is None and row.received_on <= COUNTED_ON]
    rows = [row for row in rows if row.first_answered_on and row.first_answered_on <= COUNTED_ON]
    if len({row.person_id or -row.id for row in rows}) < FLOOR:
        return None
    return median(working_days_between(row.received_on, row.first_answered_on, "GB-ENG") for row in rows)
