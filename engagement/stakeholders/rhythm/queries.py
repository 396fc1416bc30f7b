"""Reads of contact rhythms, and of contacts that are late. The number of statements is fixed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.reach import Reach
from engagement.stakeholders.commitments.queries.next_steps import looked_after
from engagement.stakeholders.interactions.queries.timeline import last_contacts
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_the_map
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.rules import USUAL, Every, LastContact, closest
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Quadrant, quadrant_of


@dataclass(frozen=True)
class LateContact:
    """A stakeholder with whom nobody was in touch in time, and who looks after them, None for nobody who is here."""

    stakeholder: Stakeholder
    owner: Person | None
    contact: LastContact


def rhythms_of(programme_id: int) -> dict[Quadrant, Every]:
    """Return how often a programme wants to be in touch with whoever stands in each quadrant."""
    return _rhythms([programme_id])[programme_id]


def _rhythms(programme_ids: Sequence[int]) -> dict[int, dict[Quadrant, Every]]:
    said = select(ContactRhythm).where(
        ContactRhythm.programme_id.in_(programme_ids), ContactRhythm.superseded_at.is_(None)
    )
    found: dict[int, dict[Quadrant, Every]] = {programme_id: dict(USUAL) for programme_id in programme_ids}
    for row in db.session.scalars(said):
        if row.programme_id is not None and row.quadrant is not None:
            found[row.programme_id][row.quadrant] = row.every
    return found


def own_rhythm(stakeholder_id: int) -> ContactRhythm | None:
    """Return what is said of one stakeholder alone, None if their quadrant counts."""
    own = (ContactRhythm.stakeholder_id == stakeholder_id, ContactRhythm.superseded_at.is_(None))
    return db.session.scalar(select(ContactRhythm).where(*own).options(joinedload(ContactRhythm.said_by)))


def quadrants_of(ids: Sequence[int] | Select[int]) -> dict[int, Quadrant]:
    """Return in which quarter of the map each of these stakeholders stands, as far as they were judged."""
    rows = db.session.execute(
        select(StakeholderStanding.stakeholder_id, StakeholderStanding.influence, StakeholderStanding.interest).where(
            StakeholderStanding.stakeholder_id.in_(ids), StakeholderStanding.superseded_at.is_(None)
        )
    )
    return {
        key: quadrant_of(influence, interest)
        for key, influence, interest in rows
        if influence is not None and interest is not None
    }


def contacts_of(stakeholders: Sequence[Stakeholder], on: date) -> dict[int, LastContact]:
    """Return the last contact with each of these stakeholders up to a day, and how often one is wanted."""
    ids = [row.id for row in stakeholders]
    quadrants, last = quadrants_of(ids), last_contacts(ids, on)
    own = {
        row.stakeholder_id: row.every
        for row in db.session.scalars(
            select(ContactRhythm).where(ContactRhythm.stakeholder_id.in_(ids), ContactRhythm.superseded_at.is_(None))
        )
    }
    programmes: dict[int, set[int]] = defaultdict(set)
    for key, programme_id in db.session.execute(
        select(StakeholderPlace.stakeholder_id, StakeholderPlace.programme_id).where(
            StakeholderPlace.stakeholder_id.in_(ids), StakeholderPlace.ended_at.is_(None)
        )
    ):
        programmes[key].add(programme_id)
    known = _rhythms(sorted({each for found in programmes.values() for each in found}))

    def every(row: Stakeholder) -> Every | None:
        if row.id in own:
            return own[row.id]
        quadrant = quadrants.get(row.id)
        return closest([known[each][quadrant] for each in programmes[row.id]]) if quadrant else None

    return {row.id: LastContact(last.get(row.id), every(row), row.added_at.date()) for row in stakeholders}


def late_contacts(planning: Reach, on: date) -> list[LateContact]:
    """Return stakeholders who were not contacted in time, the latest first, as far as the reader is asked to act.

    The reader looks after them; or nobody who is here does, and the reader plans one of their maps.
    """
    rows = db.session.execute(
        select(Stakeholder, Person)
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .where(on_the_map(), looked_after(planning))
        .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
        .order_by(Stakeholder.id)
    ).all()
    asked = [(row, owner) for row, owner in rows if not row.is_gone]
    contacts = contacts_of([row for row, _ in asked], on)
    late = [LateContact(row, owner, contacts[row.id]) for row, owner in asked if contacts[row.id].days_late(on)]
    return sorted(late, key=lambda each: -each.contact.days_late(on))
