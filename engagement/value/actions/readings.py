"""Changes of readings: adding one, correcting it, and taking it back. Nothing that was read is overwritten."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.value.models import MetricReading, ValueMetric
from engagement.value.rules import LONGEST_TEXT, day_problem
from engagement.verbs import Verb
from engagement.words import short_day_words


class Read(NamedTuple):
    """A value that was measured on a day, in thousandths."""

    measured_on: date
    value: int
    note: str = ""


def add_reading(metric: ValueMetric, read: Read, *, today: date, by: Actor) -> MetricReading:
    """Add what was measured on a day.

    Raises BadInput for a day that has not come or has a reading already, RuleBroken once the metric has ended.
    """
    _refuse(metric, read, today)
    if (standing := _standing(metric.id, read.measured_on)) is not None:
        sentence = f"There is a reading of {short_day_words(read.measured_on)} already: {metric.said(standing.value)}. Correct that one."
        raise BadInput(sentence, {"measured_on": sentence})
    row = _write(metric, read, by)
    audit.record(Verb.ADDED_READING, metric, by=by, day=(None, read.measured_on), value=(None, metric.said(read.value)))
    return row


def correct_reading(reading: MetricReading, read: Read, *, today: date, by: Actor) -> None:
    """Say what was really measured, and on which day; the former row stays.

    Raises BadInput for a day that has not come or has another reading, RuleBroken for a row that no longer holds.
    """
    metric = reading.metric
    if reading.superseded_at is not None:
        raise RuleBroken("This reading was corrected or taken back meanwhile. Open the metric to see what holds now.")
    _refuse(metric, read, today)
    if (reading.measured_on, reading.value, reading.note) == read:
        return
    other = _standing(metric.id, read.measured_on)
    if other is not None and other.id != reading.id:
        sentence = (
            f"There is another reading of {short_day_words(read.measured_on)} already: {metric.said(other.value)}."
        )
        raise BadInput(sentence, {"measured_on": sentence})
    old = (reading.measured_on, metric.said(reading.value))
    reading.superseded_at = clock.now()
    db.session.flush()
    _write(metric, read, by)
    new = (read.measured_on, metric.said(read.value))
    audit.record(Verb.CORRECTED_READING, metric, by=by, day=(old[0], new[0]), value=(old[1], new[1]))


def take_back_reading(reading: MetricReading, *, by: Actor) -> None:
    """Take back a reading that was never measured; the row stays with the history. Twice changes nothing."""
    if reading.superseded_at is None:
        reading.superseded_at = clock.now()
        metric = reading.metric
        gone = {"day": (reading.measured_on, None), "value": (metric.said(reading.value), None)}
        audit.record(Verb.TOOK_BACK_READING, metric, by=by, **gone)


def write_readings(read: Iterable[tuple[ValueMetric, Read]], *, by: Actor) -> None:
    """Write readings that a file has, which were checked before; a day that has another value is corrected."""
    rows = list(read)
    ids = {metric.id for metric, _ in rows}
    held = {
        (row.metric_id, row.measured_on): row
        for row in db.session.scalars(
            select(MetricReading).where(MetricReading.metric_id.in_(ids), MetricReading.superseded_at.is_(None))
        )
    }
    now = clock.now()
    for metric, each in rows:
        if (former := held.get((metric.id, each.measured_on))) is not None:
            former.superseded_at = now
    db.session.flush()
    db.session.add_all(_row(metric, each, by) for metric, each in rows)
    db.session.flush()


def _refuse(metric: ValueMetric, read: Read, today: date) -> None:
    if metric.ended_at is not None:
        raise RuleBroken(f"{metric.name} is no longer measured.")
    problems = {}
    if problem := day_problem(read.measured_on, today):
        problems["measured_on"] = problem
    if len(read.note) > LONGEST_TEXT:
        problems["note"] = f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(read.note):,}."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)


def _standing(metric_id: int, day: date) -> MetricReading | None:
    return db.session.scalar(
        select(MetricReading).where(
            MetricReading.metric_id == metric_id,
            MetricReading.measured_on == day,
            MetricReading.superseded_at.is_(None),
        )
    )


def _write(metric: ValueMetric, read: Read, by: Actor) -> MetricReading:
    row = _row(metric, read, by)
    db.session.add(row)
    db.session.flush()
    return row


def _row(metric: ValueMetric, read: Read, by: Actor) -> MetricReading:
    return MetricReading(metric=metric, said_at=clock.now(), said_by_id=by.account_id, **read._asdict())
