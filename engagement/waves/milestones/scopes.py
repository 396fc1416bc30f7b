"""Who may see and change milestones: whoever reaches their wave."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.reach import Reach, allow, found
from engagement.waves.milestones.models import Milestone
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave


def milestone_for(reach: Reach, milestone_id: int) -> Milestone:
    """Return a milestone of a wave within reach, with wave and programme loaded; raises NotFound or BeyondReach."""
    row = found(
        db.session.scalar(
            select(Milestone)
            .where(Milestone.id == milestone_id)
            .options(joinedload(Milestone.wave).joinedload(Wave.programme), joinedload(Milestone.anchor))
        )
    )
    allow(reaches_wave(reach, row.wave), reach)
    return row
