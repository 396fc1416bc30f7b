"""Which waves and which of their people are within reach: conditions for statements, and answers for one row."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, true
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.people.scopes import works_within
from engagement.reach import Reach, allow, found
from engagement.waves.models import Membership, Wave


def _holds(wave: Any, reach: Reach) -> Any:
    """Return whether a wave is within reach (for the table, a condition); reaching its programme is enough."""
    return reach.holds(programme_id=wave.programme_id, wave_id=wave.id)


def waves_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Wave` that it is within reach."""
    condition: ColumnElement[bool] = _holds(Wave, reach)
    return condition


def reaches_wave(reach: Reach, wave: Wave) -> bool:
    return bool(_holds(wave, reach))


def wave_for(reach: Reach, wave_id: int) -> Wave:
    """Return a wave within reach, with its programme, lead and sponsor loaded; raises NotFound or BeyondReach."""
    wave = found(db.session.scalar(_with_names(), {"wave": wave_id}))
    allow(reaches_wave(reach, wave), reach)
    return wave


# Making the statement anew costs more than running it.
@cache
def _with_names() -> Select[Wave]:
    names = (joinedload(Wave.programme), joinedload(Wave.lead), joinedload(Wave.sponsor))
    return select(Wave).where(Wave.id == bindparam("wave")).options(*names)


def people_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Person` that a reader with this reach sees them by name in lists and exports.

    They are members of its waves, people of its departments, the reader, and the reader's direct reports.
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
