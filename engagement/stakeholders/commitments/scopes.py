"""Who may read and change a promise: who keeps a map of the stakeholder, and whoever has to keep the promise."""

from sqlalchemy import ColumnElement, false, or_, select

from engagement.db import db
from engagement.reach import Reach, allow, found
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.scopes import stakeholders_within, stands_within


def commitments_within(reading: Reach) -> ColumnElement[bool]:
    """Return the condition on `Commitment` that its words may be read; the reach is one of reading notes."""
    kept = Commitment.stakeholder_id.in_(select(Stakeholder.id).where(stakeholders_within(reading)))
    return or_(kept, own(reading))


def own(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Commitment` that the reader has to keep it."""
    return Commitment.owner_id == reach.person_id if reach.person_id else false()


def may_change(planning: Reach, commitment: Commitment) -> bool:
    """Return whether a reader who may read a promise may also close or move it."""
    is_own = planning.person_id is not None and commitment.owner_id == planning.person_id
    return is_own or stands_within(planning, commitment.stakeholder)


def commitment_for(reading: Reach, commitment_id: int) -> Commitment:
    """Return a promise whose words may be read; raises BeyondReach or NotFound."""
    asked = select(Commitment).where(Commitment.id == commitment_id, commitments_within(reading))
    commitment = db.session.scalar(asked)
    if commitment is None:
        allow(reading.holds_places, reading)
    return found(commitment)


def commitment_to_change(reading: Reach, planning: Reach, commitment_id: int) -> Commitment:
    """Return a promise to close or move; raises BeyondReach or NotFound."""
    commitment = commitment_for(reading, commitment_id)
    allow(may_change(planning, commitment), planning)
    return commitment
