"""What is said of how often to be in touch, and the last contact with some stakeholders, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from sqlalchemy import Executable, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.stakeholders.interactions.queries.timeline import last_contacts
from engagement.stakeholders.models import StakeholderPlace
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.rules import USUAL, Every, LastContact, closest
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Quadrant, quadrant_of


def rhythms_of(programme_id: int) -> dict[Quadrant, Every]:
    """Return how often a programme wants to be in touch with whoever stands in each quadrant."""
    return _rhythms([programme_id])[1][programme_id]


def _rhythms(
    programme_ids: Sequence[int], stakeholder_ids: Sequence[int] = ()
) -> tuple[dict[int, Every], dict[int, dict[Quadrant, Every]]]:
    """Return what is said of these stakeholders alone, and what these programmes say of each quadrant."""
    own: dict[int, Every] = {}
    known: dict[int, dict[Quadrant, Every]] = {programme_id: dict(USUAL) for programme_id in programme_ids}
    given = {"programmes": programme_ids, "stakeholders": stakeholder_ids}
    for stakeholder_id, programme_id, quadrant, every in db.session.execute(_said_rhythms(), given):
        if stakeholder_id is not None:
            own[stakeholder_id] = every
        else:
            known[programme_id][quadrant] = every
    return own, known


# Making a statement anew costs more than running it.
@cache
def _said_rhythms() -> Executable:
    row = ContactRhythm
    of_programmes = row.programme_id.in_(bindparam("programmes", expanding=True))
    of_stakeholders = row.stakeholder_id.in_(bindparam("stakeholders", expanding=True))
    asked = select(row.stakeholder_id, row.programme_id, row.quadrant, row.every)
    return asked.where(or_(of_programmes, of_stakeholders), row.superseded_at.is_(None))


def own_rhythm(stakeholder_id: int) -> ContactRhythm | None:
    """Return what is said of one stakeholder alone, None if their quadrant counts."""
    own = (ContactRhythm.stakeholder_id == stakeholder_id, ContactRhythm.superseded_at.is_(None))
    return db.session.scalar(select(ContactRhythm).where(*own).options(joinedload(ContactRhythm.said_by)))


def contacts_of(since: Mapping[int, date], on: date) -> dict[int, LastContact]:
    """Return the last contact with each of these stakeholders up to a day, and how often one is wanted.

    They are given by id, with the day on which each was put on the map.
    """
    ids = list(since)
    if not ids:
        return {}
    last = last_contacts(ids, on)
    quadrants: dict[int, Quadrant] = {}
    programmes: dict[int, set[int]] = defaultdict(set)
    for key, programme_id, influence, interest in db.session.execute(_where_they_stand(), {"ids": ids}):
        programmes[key].add(programme_id)
        if influence is not None and interest is not None:
            quadrants[key] = quadrant_of(influence, interest)
    own, known = _rhythms(sorted({each for found in programmes.values() for each in found}), ids)

    def every(key: int) -> Every | None:
        if key in own:
            return own[key]
        quadrant = quadrants.get(key)
        return closest([known[each][quadrant] for each in programmes[key]]) if quadrant else None

    return {key: LastContact(last.get(key), every(key), day) for key, day in since.items()}


@cache
def _where_they_stand() -> Executable:
    place, standing = StakeholderPlace, StakeholderStanding
    present = and_(standing.stakeholder_id == place.stakeholder_id, standing.superseded_at.is_(None))
    return (
        select(place.stakeholder_id, place.programme_id, standing.influence, standing.interest)
        .outerjoin(standing, present)
        .where(place.stakeholder_id.in_(bindparam("ids", expanding=True)), place.ended_at.is_(None))
    )
