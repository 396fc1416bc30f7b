"""Whom numbers of use name who are not among those who should use it: they count in no figure."""

from collections.abc import Collection

from sqlalchemy import select

from engagement.adoption.actions.writing import PersonUse
from engagement.db import db
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.rules import IN_USE


def people_outside(rows: Collection[PersonUse]) -> tuple[int, int]:
    """Return how many people are in no live wave of a workflow that a row says of them, and how many people there are."""
    should = (
        select(WaveWorkflow.workflow_id, Membership.person_id)
        .join(Wave, Wave.id == WaveWorkflow.wave_id)
        .join(Membership, Membership.wave_id == Wave.id)
        .where(
            WaveWorkflow.workflow_id.in_({row.workflow_id for row in rows}),
            Wave.status.in_(IN_USE),
            Membership.ended_at.is_(None),
        )
    )
    inside = {(workflow_id, person_id) for workflow_id, person_id in db.session.execute(should)}
    outside = {row.person_id for row in rows if (row.workflow_id, row.person_id) not in inside}
    return len(outside), len({row.person_id for row in rows})
