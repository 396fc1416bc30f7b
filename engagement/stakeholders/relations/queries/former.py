"""Relations that have ended."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.relations.models import StakeholderRelation

_NAMES = (joinedload(Stakeholder.person), joinedload(Stakeholder.department))


def ended_relations(stakeholder_id: int, visible: ColumnElement[bool]) -> list[StakeholderRelation]:
    """Return what was said of a stakeholder once and holds no more, the newest first; the other one has to be visible too."""
    ends = (StakeholderRelation.from_id, StakeholderRelation.to_id)
    return list(
        db.session.scalars(
            select(StakeholderRelation)
            .where(
                StakeholderRelation.ended_at.is_not(None),
                or_(*(end == stakeholder_id for end in ends)),
                *(select(Stakeholder.id).where(Stakeholder.id == end, visible).exists() for end in ends),
            )
            .options(
                joinedload(StakeholderRelation.first).options(*_NAMES),
                joinedload(StakeholderRelation.second).options(*_NAMES),
                joinedload(StakeholderRelation.said_by),
                joinedload(StakeholderRelation.ended_by),
            )
            .order_by(StakeholderRelation.ended_at.desc(), StakeholderRelation.id.desc())
        )
    )
