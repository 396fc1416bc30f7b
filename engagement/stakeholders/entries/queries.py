"""Reads all that is said of many stakeholders, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.stakeholders.entries.rules import Entry, Place, Subject
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile, StakeholderRemoval
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.posts import has_labels, may_be_labelled
from engagement.stakeholders.standings.rules import Standing


@dataclass(frozen=True)
class EntryHeld:
    """A stakeholder with all that is said of them now. `is_labelled` says whether levels and impact are kept of them.

    `reason` is that of where they stand, "" where it must not be told.
    """

    stakeholder: Stakeholder
    entry: Entry
    owner: Person | None
    is_labelled: bool
    reason: str
    removed_at: datetime | None


def entries_held(readable: ColumnElement[bool], visible: ColumnElement[bool], on: date) -> list[EntryHeld]:
    """Return the readable stakeholders, removed ones too, with their visible maps; posts are those of a day."""
    rows = db.session.scalars(
        select(Stakeholder)
        .where(readable)
        .options(joinedload(Stakeholder.person).joinedload(Person.department), joinedload(Stakeholder.department))
        .order_by(Stakeholder.id)
    ).all()
    profiles = {
        profile.stakeholder_id: profile
        for profile in db.session.scalars(
            select(StakeholderProfile)
            .join(Stakeholder, Stakeholder.id == StakeholderProfile.stakeholder_id)
            .where(readable, StakeholderProfile.superseded_at.is_(None))
            .options(joinedload(StakeholderProfile.owner))
        )
    }
    places, stands, labelled = _places(readable, visible), _standings(readable), _labelled(readable, on)
    hide = set(db.session.scalars(select(StakeholderStanding.stakeholder_id).where(has_labels()).distinct())) - labelled
    removed = dict(
        db.session.execute(
            select(StakeholderRemoval.stakeholder_id, StakeholderRemoval.removed_at).where(
                StakeholderRemoval.undone_at.is_(None)
            )
        ).all()
    )
    found = []
    for row in rows:
        profile, stands_now, is_labelled = profiles[row.id], stands.get(row.id), row.id in labelled
        entry = Entry(
            subject=Subject(row.kind, row.person_id, row.department_id, row.name),
            group=profile.group,
            places=frozenset(places[row.id]),
            role=profile.role,
            represents=profile.represents,
            owner_id=profile.owner_id,
            owner_name=profile.owner.name if profile.owner else "",
            contact=row.contact,
            standing=stands_now.said(with_labels=is_labelled) if stands_now else Standing(),
        )
        reason = stands_now.reason if stands_now and row.id not in hide else ""
        found.append(EntryHeld(row, entry, profile.owner, is_labelled, reason, removed.get(row.id)))
    return found


def _places(readable: ColumnElement[bool], visible: ColumnElement[bool]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    rows = (
        select(StakeholderPlace.stakeholder_id, StakeholderPlace.programme_id, StakeholderPlace.wave_id)
        .join(Stakeholder, Stakeholder.id == StakeholderPlace.stakeholder_id)
        .where(readable, StakeholderPlace.ended_at.is_(None), visible)
    )
    for stakeholder_id, programme_id, wave_id in db.session.execute(rows):
        found[stakeholder_id].append((programme_id, wave_id))
    return found


def _standings(readable: ColumnElement[bool]) -> dict[int, StakeholderStanding]:
    rows: Sequence[StakeholderStanding] = db.session.scalars(
        select(StakeholderStanding)
        .join(Stakeholder, Stakeholder.id == StakeholderStanding.stakeholder_id)
        .where(readable, StakeholderStanding.superseded_at.is_(None))
    ).all()
    return {row.stakeholder_id: row for row in rows}


def _labelled(readable: ColumnElement[bool], on: date) -> set[int]:
    return set(db.session.scalars(select(Stakeholder.id).where(readable, may_be_labelled(on))))
