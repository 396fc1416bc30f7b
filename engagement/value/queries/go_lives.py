"""The days on which a workflow went, or is to go, into use."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from engagement.db import db
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.rules import WaveStatus


def go_lives_of(workflow_id: int) -> Sequence[date]:
    """Return the days of go-live of a workflow's waves, cancelled ones left out, the first one first."""
    return db.session.scalars(
        select(Wave.go_live_on)
        .join(WaveWorkflow)
        .where(WaveWorkflow.workflow_id == workflow_id, Wave.status != WaveStatus.CANCELLED)
        .distinct()
        .order_by(Wave.go_live_on)
    ).all()
