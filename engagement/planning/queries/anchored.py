"""Reads of anchors: what is counted from which milestone."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.planning.models import Anchor
from engagement.waves.milestones.models import Milestone


def anchor_of(occurrence_id: int) -> Anchor | None:
    """Return what a message is counted from, None if it has a day of its own."""
    asked = select(Anchor).where(Anchor.occurrence_id == occurrence_id).options(joinedload(Anchor.milestone))
    return db.session.scalar(asked)


def anchor_of_step(step_id: int) -> Anchor | None:
    """Return what a sponsor's step is counted from, None if it has a day of its own."""
    return db.session.scalar(select(Anchor).where(Anchor.step_id == step_id).options(joinedload(Anchor.milestone)))


def anchored_counts(wave_id: int) -> dict[int, tuple[int, int]]:
    """Return how many messages, and steps, are counted from each milestone of a wave; those without any have no entry."""
    counted = (
        select(Anchor.milestone_id, func.count(Anchor.occurrence_id), func.count(Anchor.step_id))
        .join(Milestone)
        .where(Milestone.wave_id == wave_id)
        .group_by(Anchor.milestone_id)
    )
    return {key: (messages, steps) for key, messages, steps in db.session.execute(counted)}
