"""How the metrics of workflows stand: baseline, readings, target, and the words for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.programmes.queries import WORKFLOWS
from engagement.searching import by_name
from engagement.value.models import MetricBaseline, MetricReading, ValueMetric
from engagement.value.rules import Point, Way, due_on, is_better, is_met, share_of_way, way_of
from engagement.words import short_day_words, whole_percent


@dataclass(frozen=True)
class MetricShown:
    """A metric with what holds of it now: its baseline, and its readings by day."""

    metric: ValueMetric
    baseline: MetricBaseline | None
    readings: Sequence[MetricReading] = field(default=())

    @property
    def latest(self) -> MetricReading | None:
        """The reading of the latest day."""
        return self.readings[-1] if self.readings else None

    @property
    def next_on(self) -> date:
        """The day on which the next reading is due."""
        last = self.latest.measured_on if self.latest else None
        begun = self.baseline.measured_on if self.baseline else None
        return due_on(last or begun or self.metric.made_at.date(), self.metric.every)

    @property
    def baseline_words(self) -> str:
        """How it stood before, in a line."""
        if self.baseline is None:
            return "not said"
        if self.baseline.value is None or self.baseline.measured_on is None:
            return "not measured"
        return f"{self.metric.said(self.baseline.value)} on {short_day_words(self.baseline.measured_on)}"

    @property
    def target_words(self) -> str:
        """What it is to reach, and by when."""
        if self.metric.target is None or self.metric.target_on is None:
            return "none set"
        return f"{self.metric.said(self.metric.target)} by {short_day_words(self.metric.target_on)}"

    @property
    def latest_words(self) -> str:
        """What was read last."""
        latest = self.latest
        return (
            f"{self.metric.said(latest.value)} on {short_day_words(latest.measured_on)}"
            if latest
            else "nothing read yet"
        )

    @property
    def way(self) -> Way:
        """How far it has come to its target, and how far it was to come."""
        before, metric, latest = self.baseline, self.metric, self.latest
        return way_of(
            _point(before.value, before.measured_on) if before else None,
            _point(metric.target, metric.target_on),
            _point(latest.value, latest.measured_on) if latest else None,
        )

    @property
    def movement_words(self) -> str:
        """What the last reading says beside baseline and target; "" where there is nothing to compare it with."""
        latest, before, target = self.latest, self.baseline.value if self.baseline else None, self.metric.target
        if latest is None:
            return ""
        if target is not None and is_met(latest.value, target, self.metric.better):
            return "The target is reached."
        if before is None:
            return ""
        if target is not None and (share := share_of_way(before, target, latest.value)) is not None and share >= 0:
            return f"{whole_percent(share)} % of the way to the target."
        better = is_better(latest.value, before, self.metric.better)
        return "As before." if better is None else "Better than before." if better else "Worse than before."


def _point(value: int | None, on: date | None) -> Point | None:
    return None if value is None or on is None else Point(value, on)


def metrics_shown(workflow_ids: Iterable[int]) -> dict[int, list[MetricShown]]:
    """Return how the metrics of each of these workflows stand, by name, ended ones left out; in three queries."""
    metrics = list(db.session.scalars(_of_workflows(), {"workflows": list(workflow_ids)}))
    found: dict[int, list[MetricShown]] = defaultdict(list)
    for shown in shown_of(metrics):
        found[shown.metric.workflow_id].append(shown)
    return found


# Making the statement anew costs more than running it.
@cache
def _of_workflows() -> Select[ValueMetric]:
    asked = select(ValueMetric).where(ValueMetric.workflow_id.in_(WORKFLOWS), ValueMetric.ended_at.is_(None))
    told = asked.options(joinedload(ValueMetric.owner), joinedload(ValueMetric.workflow))
    return told.order_by(by_name(ValueMetric.name), ValueMetric.id)


def shown_of(metrics: Sequence[ValueMetric]) -> list[MetricShown]:
    """Return how these metrics stand, in the given order; in two queries, in none for none."""
    if not metrics:
        return []
    ids = [metric.id for metric in metrics]
    baselines = {
        row.metric_id: row
        for row in db.session.scalars(
            select(MetricBaseline)
            .where(MetricBaseline.metric_id.in_(ids), MetricBaseline.superseded_at.is_(None))
            .options(joinedload(MetricBaseline.said_by))
        )
    }
    readings: dict[int, list[MetricReading]] = defaultdict(list)
    for row in db.session.scalars(
        select(MetricReading)
        .where(MetricReading.metric_id.in_(ids), MetricReading.superseded_at.is_(None))
        .options(joinedload(MetricReading.said_by))
        .order_by(MetricReading.measured_on)
    ):
        readings[row.metric_id].append(row)
    return [MetricShown(metric, baselines.get(metric.id), readings.get(metric.id, [])) for metric in metrics]


def former_readings(metric_id: int) -> Sequence[MetricReading]:
    """Return the readings that were corrected or taken back, the newest first."""
    return db.session.scalars(
        select(MetricReading)
        .where(MetricReading.metric_id == metric_id, MetricReading.superseded_at.is_not(None))
        .options(joinedload(MetricReading.said_by))
        .order_by(MetricReading.superseded_at.desc(), MetricReading.id.desc())
    ).all()


def former_baselines(metric_id: int) -> Sequence[MetricBaseline]:
    """Return what was said of the time before and no longer holds, the newest first."""
    return db.session.scalars(
        select(MetricBaseline)
        .where(MetricBaseline.metric_id == metric_id, MetricBaseline.superseded_at.is_not(None))
        .options(joinedload(MetricBaseline.said_by))
        .order_by(MetricBaseline.id.desc())
    ).all()
