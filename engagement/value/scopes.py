"""Who sees and who keeps value metrics: who sees or plans their programme, and whoever reads a metric."""

from typing import Any

from sqlalchemy import ColumnElement, select

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.reach import Reach, allow, found
from engagement.value.models import MetricReading, ValueMetric


def keeps_metrics(planning: Reach) -> ColumnElement[bool]:
    """Return the condition on a joined `Workflow` that its metrics are within reach."""
    return planning.condition(programme_id=Workflow.programme_id)


def metric_for(reach: Reach, metric_id: int, *, as_owner: bool = True) -> ValueMetric:
    """Return a metric of a programme within reach or, with `as_owner`, one that the reader reads.

    Raises NotFound or BeyondReach.
    """
    metric = found(db.session.scalar(select(ValueMetric).where(ValueMetric.id == metric_id)))
    allow(_reaches(reach, metric) or (as_owner and owns(reach, metric)), reach)
    return metric


def reading_for(reach: Reach, reading_id: int) -> MetricReading:
    """Return a reading, even one that was corrected, as `metric_for` does."""
    reading = found(db.session.get(MetricReading, reading_id))
    metric_for(reach, reading.metric_id)
    return reading


def _reaches(reach: Reach, metric: ValueMetric) -> bool:
    return reach.covers(programme_id=metric.workflow.programme_id)


def owns(reach: Reach, metric: Any) -> bool:
    """Return whether the reader is who reads a metric."""
    return metric.owner_id is not None and metric.owner_id == reach.person_id


def may_keep(planning: Reach, metric: ValueMetric) -> bool:
    """Return whether readings may be entered: by who plans the programme, and who reads the metric."""
    return _reaches(planning, metric) or owns(planning, metric)
