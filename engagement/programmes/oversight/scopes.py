"""Whose roster of oversight is whose: who may name holders of a workflow keeps it."""

from engagement.db import db
from engagement.programmes.oversight.models import Overseer
from engagement.reach import Reach, allow, found


def overseer_for(naming: Reach, overseer_id: int) -> Overseer:
    """Return a row of the roster of a workflow within reach; raises NotFound or BeyondReach."""
    row = found(db.session.get(Overseer, overseer_id))
    allow(naming.covers(programme_id=row.workflow.programme_id), naming)
    return row
