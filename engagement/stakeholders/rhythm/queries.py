"""Reads of contact rhythms, and of contacts that are late. The number of statements is fixed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from engagement.db import db
from engagement.people.models import Department, Person
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
    return _rhythms([programme_id])[1][programme_id]


def _rhythms(
    programme_ids: Sequence[int], stakeholder_ids: Sequence[int] = ()
) -> tuple[dict[int, Every], dict[int, dict[Quadrant, Every]]]:
    """Return what is said of these stakeholders alone, and what these programmes say of each quadrant."""
    these = or_(ContactRhythm.programme_id.in_(programme_ids), ContactRhythm.stakeholder_id.in_(stakeholder_ids))
    own: dict[int, Every] = {}
    known: dict[int, dict[Quadrant, Every]] = {programme_id: dict(USUAL) for programme_id in programme_ids}
    for row in db.session.scalars(select(ContactRhythm).where(these, ContactRhythm.superseded_at.is_(None))):
        if row.stakeholder_id is not None:
            own[row.stakeholder_id] = row.every
        elif row.programme_id is not None and row.quadrant is not None:
            known[row.programme_id][row.quadrant] = row.every
    return own, known


def own_rhythm(stakeholder_id: int) -> ContactRhythm | None:
    """Return what is said of one stakeholder alone, None if their quadrant counts."""
    own = (ContactRhythm.stakeholder_id == stakeholder_id, ContactRhythm.superseded_at.is_(None))
    return db.session.scalar(select(ContactRhythm).where(*own).options(joinedload(ContactRhythm.said_by)))


def contacts_of(stakeholders: Sequence[Stakeholder], on: date) -> dict[int, LastContact]:
    """Return the last contact with each of these stakeholders up to a day, and how often one is wanted."""
    return _contacts({row.id: row.added_at.date() for row in stakeholders}, on)


def _contacts(since: Mapping[int, date], on: date) -> dict[int, LastContact]:
    """Return the contacts of stakeholders by id, given the day on which each was put on the map."""
    ids = list(since)
    if not ids:
        return {}
    last = last_contacts(ids, on)
    quadrants: dict[int, Quadrant] = {}
    programmes: dict[int, set[int]] = defaultdict(set)
    for key, programme_id, influence, interest in db.session.execute(
        select(
            StakeholderPlace.stakeholder_id,
            StakeholderPlace.programme_id,
            StakeholderStanding.influence,
            StakeholderStanding.interest,
        )
        .outerjoin(
            StakeholderStanding,
            and_(
                StakeholderStanding.stakeholder_id == StakeholderPlace.stakeholder_id,
                StakeholderStanding.superseded_at.is_(None),
            ),
        )
        .where(StakeholderPlace.stakeholder_id.in_(ids), StakeholderPlace.ended_at.is_(None))
    ):
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


def contacts_missed(planning: Reach, on: date) -> list[tuple[int, LastContact]]:
    """Return the ids of stakeholders who were not contacted in time, the latest first, as far as the reader is asked to act.

    The reader looks after them; or nobody who is here does, and the reader plans one of their maps.
    """
    whom = aliased(Person)
    asked = (
        select(Stakeholder.id, Stakeholder.added_at)
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .outerjoin(whom, whom.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(on_the_map(), looked_after(planning), whom.left_at.is_(None), Department.closed_at.is_(None))
        .order_by(Stakeholder.id)
    )
    contacts = _contacts({key: added_at.date() for key, added_at in db.session.execute(asked)}, on)
    late = [(key, contact) for key, contact in contacts.items() if contact.days_late(on)]
    return sorted(late, key=lambda each: -each[1].days_late(on))


def late_contacts(missed: Sequence[tuple[int, LastContact]]) -> list[LateContact]:
    """Return these missed contacts with whom they are about and who looks after them, in their order."""
    if not missed:
        return []
    rows = db.session.execute(
        select(Stakeholder, Person)
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .where(Stakeholder.id.in_([key for key, _ in missed]))
        .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
    )
    found = {stakeholder.id: (stakeholder, owner) for stakeholder, owner in rows}
    return [LateContact(*found[key], contact) for key, contact in missed]
