"""Reads of exceptions: one assignment, and the days of its own that it was given."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from engagement.db import db
from engagement.training.models import Assignment, OwnDueDay


def assignment_of(assignment_id: int, visible: ColumnElement[bool]) -> Assignment | None:
    """Return an assignment with its person and wave if it meets a condition on `Person` and `Wave`, None otherwise."""
    return db.session.scalar(
        select(Assignment)
        .join(Assignment.person)
        .join(Assignment.wave)
        .where(Assignment.id == assignment_id, visible)
        .options(contains_eager(Assignment.person), contains_eager(Assignment.wave))
    )


def own_due_days(assignment_id: int) -> list[OwnDueDay]:
    """Return every day of its own that an assignment was given or that was taken back, the newest first."""
    said = select(OwnDueDay).where(OwnDueDay.assignment_id == assignment_id).order_by(OwnDueDay.id.desc())
    return list(db.session.scalars(said))
