"""Whose relations are whose: both stakeholders have to be within reach."""

from sqlalchemy import or_, select

from engagement.db import db
from engagement.reach import Reach, found
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.scopes import stakeholders_within


def relation_of(planning: Reach, stakeholder: Stakeholder, relation_id: int) -> StakeholderRelation:
    """Return a relation of a stakeholder to somebody on a map that the reader keeps too; raises NotFound for others."""
    kept = select(Stakeholder.id).where(stakeholders_within(planning))
    asked = (
        StakeholderRelation.id == relation_id,
        or_(StakeholderRelation.from_id == stakeholder.id, StakeholderRelation.to_id == stakeholder.id),
        StakeholderRelation.from_id.in_(kept),
        StakeholderRelation.to_id.in_(kept),
    )
    return found(db.session.scalar(select(StakeholderRelation).where(*asked)))


def kept_of(planning: Reach, stakeholder_ids: set[int]) -> set[int]:
    """Return those of some stakeholders who stand on a map that the reader keeps."""
    kept = select(Stakeholder.id).where(Stakeholder.id.in_(stakeholder_ids), stakeholders_within(planning))
    return set(db.session.scalars(kept))
