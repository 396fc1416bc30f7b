"""Who may see and keep blackouts: those of a programme, whoever plans it; those of everybody, who plans everything."""

from sqlalchemy import ColumnElement, or_, select, true

from engagement.db import db
from engagement.planning.blackouts.models import Blackout
from engagement.reach import Reach, allow, found


def blackouts_within(reading: Reach) -> ColumnElement[bool]:
    """Return the condition on `Blackout` that a reader sees it: it is for everybody, or of a programme within reach."""
    if reading.everything:
        return true()
    places = sorted({*reading.programmes, *reading.around})
    return or_(Blackout.programme_id.is_(None), Blackout.programme_id.in_(places))


def may_keep(planning: Reach, programme_id: int | None) -> bool:
    """Return whether blackouts of a programme, or of everybody for None, may be made and removed."""
    return planning.everything if programme_id is None else planning.covers_all_of(programme_id)


def blackout_to_keep(planning: Reach, blackout_id: int) -> Blackout:
    """Return a blackout that may be removed; raises NotFound or BeyondReach."""
    row = found(db.session.scalar(select(Blackout).where(Blackout.id == blackout_id)))
    allow(may_keep(planning, row.programme_id), planning)
    return row
