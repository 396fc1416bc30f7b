"""What is missing or due of value metrics: readings of workflows in use, and baselines before they are."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.programmes.queries import WORKFLOWS
from engagement.reach import Reach
from engagement.value.models import MetricBaseline, ValueMetric
from engagement.value.queries.present import MetricShown, shown_of
from engagement.value.scopes import keeps_metrics
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.rules import IN_USE


def readings_due(planning: Reach, on: date) -> list[MetricShown]:
    """Return the metrics of workflows in use whose next reading is due, the longest overdue first.

    They are those that the reader reads, and those of the reader's programmes that nobody here reads.
    """
    asked = (
        select(ValueMetric)
        .join(Workflow, Workflow.id == ValueMetric.workflow_id)
        .outerjoin(Person, Person.id == ValueMetric.owner_id)
        .where(ValueMetric.ended_at.is_(None), Workflow.retired_at.is_(None), _in_use(), _asked_of(planning))
        .options(joinedload(ValueMetric.owner), joinedload(ValueMetric.workflow))
        .order_by(ValueMetric.id)
    )
    due = [shown for shown in shown_of(list(db.session.scalars(asked))) if shown.next_on <= on]
    return sorted(due, key=lambda shown: (shown.next_on, shown.metric.id))


def _in_use() -> ColumnElement[bool]:
    used = select(WaveWorkflow.workflow_id).join(Wave).where(Wave.status.in_(IN_USE))
    return ValueMetric.workflow_id.in_(used)


def _asked_of(planning: Reach) -> ColumnElement[bool]:
    nobodys = or_(ValueMetric.owner_id.is_(None), Person.left_at.is_not(None))
    theirs = and_(nobodys, keeps_metrics(planning))
    return theirs if planning.person_id is None else or_(ValueMetric.owner_id == planning.person_id, theirs)


class Measured(NamedTuple):
    """A metric of a workflow, and whether it has a baseline or a reason why there is none."""

    workflow_id: int
    name: str
    has_baseline: bool


def measured(workflow_ids: Iterable[int]) -> list[Measured]:
    """Return what is measured of these workflows, ended metrics left out, the oldest first; in one query."""
    return [Measured(*row) for row in db.session.execute(_measured(), {"workflows": list(workflow_ids)})]


# Making the statement anew costs more than running it.
@cache
def _measured() -> Select[int, str, bool]:
    said = exists().where(MetricBaseline.metric_id == ValueMetric.id, MetricBaseline.superseded_at.is_(None))
    return (
        select(ValueMetric.workflow_id, ValueMetric.name, said)
        .where(ValueMetric.workflow_id.in_(WORKFLOWS), ValueMetric.ended_at.is_(None))
        .order_by(ValueMetric.id)
    )
