"""Whose waves are whose, and whom their people are seen by: conditions for statements, and the answer for one row."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.people.scopes import works_within
from engagement.reach import Reach, allow, found
from engagement.waves.models import Membership, Wave


def _holds(wave: Any, reach: Reach) -> Any:
    """Say of a wave whether it is within reach, of the table for which rows: whoever reaches its programme reaches it."""
    return reach.holds(programme_id=wave.programme_id, wave_id=wave.id)


def waves_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Wave` for those within reach."""
    condition: ColumnElement[bool] = _holds(Wave, reach)
    return condition


def reaches_wave(reach: Reach, wave: Wave) -> bool:
    """Return whether a wave is within reach."""
    return bool(_holds(wave, reach))


def wave_for(reach: Reach, wave_id: int) -> Wave:
    """Return a wave within reach, with its programme, lead and sponsor read at once; raises NotFound or BeyondReach."""
    with_names = (joinedload(Wave.programme), joinedload(Wave.lead), joinedload(Wave.sponsor))
    wave = found(db.session.scalar(select(Wave).where(Wave.id == wave_id).options(*with_names)))
    allow(reaches_wave(reach, wave))
    return wave


def people_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Person` for those whom a reader of this reach may see by name in lists and exports.

    They are the members of its waves, who works in its departments, the reader, and who reports to the reader.
    """
    if reach.everything:
        return true()
    ways = [works_within(reach)]
    if reach.holds_places:
        members = select(Membership.person_id).join(Wave).where(waves_within(reach), Membership.ended_at.is_(None))
        ways.append(Person.id.in_(members))
    if reach.person_id is not None:
        ways.append(Person.id == reach.person_id)
    if reach.team_of is not None:
        ways.append(Person.manager_id == reach.team_of)
    return or_(*ways)
