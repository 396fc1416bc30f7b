"""Who may see and change occasions: whoever reaches their wave; without one they belong to the whole programme."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.reach import Reach, allow, found
from engagement.waves.inclusion.models import DesignOccasion, DesignPoint
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.scopes import waves_within


def _holds(reach: Reach, programme_id: Any, wave_id: Any) -> Any:
    return reach.holds(programme_id=programme_id, wave_id=wave_id)


def occasions_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `DesignOccasion`, joined with its workflow, that it is within reach."""
    condition: ColumnElement[bool] = _holds(reach, Workflow.programme_id, DesignOccasion.wave_id)
    return condition


def reaches_occasion(reach: Reach, occasion: DesignOccasion) -> bool:
    return bool(_holds(reach, occasion.workflow.programme_id, occasion.wave_id))


def occasion_for(reach: Reach, occasion_id: int) -> DesignOccasion:
    """Return an occasion within reach, with workflow and wave loaded; raises NotFound or BeyondReach."""
    asked = select(DesignOccasion).where(DesignOccasion.id == occasion_id)
    with_names = asked.options(joinedload(DesignOccasion.workflow), joinedload(DesignOccasion.wave))
    row = found(db.session.scalar(with_names))
    allow(reaches_occasion(reach, row), reach)
    return row


def point_for(reach: Reach, point_id: int) -> DesignPoint:
    """Return a point of an occasion within reach; raises NotFound or BeyondReach."""
    row = found(db.session.get(DesignPoint, point_id))
    occasion_for(reach, row.occasion_id)
    return row


def waves_to_write_of(planning: Reach, workflow: Workflow) -> list[Wave]:
    """Return the waves of a workflow of which a planner may write occasions down, by number."""
    asked = select(Wave).join(WaveWorkflow).where(WaveWorkflow.workflow_id == workflow.id, waves_within(planning))
    return list(db.session.scalars(asked.order_by(Wave.number)))


def workflow_to_write_of(planning: Reach, workflow_id: int) -> tuple[Workflow, list[Wave]]:
    """Return a workflow with `waves_to_write_of`; raises NotFound or BeyondReach without any and without its programme."""
    workflow = found(db.session.get(Workflow, workflow_id))
    found(workflow if workflow.retired_at is None else None)
    waves = waves_to_write_of(planning, workflow)
    allow(planning.covers(programme_id=workflow.programme_id) or bool(waves), planning)
    return workflow, waves
