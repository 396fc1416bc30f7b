"""Reads of exceptions: the own due days of an assignment."""

from sqlalchemy import select

from engagement.db import db
from engagement.training.models import OwnDueDay


def own_due_days(assignment_id: int) -> list[OwnDueDay]:
    """Return every own due day that an assignment was given or lost, the newest first."""
    said = select(OwnDueDay).where(OwnDueDay.assignment_id == assignment_id).order_by(OwnDueDay.id.desc())
    return list(db.session.scalars(said))
