"""Reads of exceptions: the days of its own that an assignment was given."""

from sqlalchemy import select

from engagement.db import db
from engagement.training.models import OwnDueDay


def own_due_days(assignment_id: int) -> list[OwnDueDay]:
    """Return every day of its own that an assignment was given or that was taken back, the newest first."""
    said = select(OwnDueDay).where(OwnDueDay.assignment_id == assignment_id).order_by(OwnDueDay.id.desc())
    return list(db.session.scalars(said))
