"""Which programmes are within reach, and looking up one of them with its workflows."""

from sqlalchemy import ColumnElement

from engagement.db import db
from engagement.errors import NotFound
from engagement.programmes.models import Programme, Workflow
from engagement.reach import Reach, allow, found


def programmes_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Programme` that it is within reach."""
    return reach.condition(programme_id=Programme.id)


def reaches_programme(reach: Reach, programme: Programme) -> bool:
    return reach.covers(programme_id=programme.id)


def programme_for(reach: Reach, programme_id: int) -> Programme:
    """Return a programme within reach; raises NotFound or BeyondReach."""
    programme = found(db.session.get(Programme, programme_id))
    allow(reaches_programme(reach, programme), reach)
    return programme


def workflow_for(reach: Reach, workflow_id: int) -> Workflow:
    """Return a workflow of a programme within reach; raises NotFound (also for a retired one) or BeyondReach."""
    workflow = found(db.session.get(Workflow, workflow_id))
    if workflow.retired_at is not None:
        raise NotFound("This workflow was retired.")
    allow(reach.covers(programme_id=workflow.programme_id), reach)
    return workflow
