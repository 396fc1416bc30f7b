"""What the filters of lists offer: maps with anybody on them, groups with their numbers, and owners."""

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.searching import by_name
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import holds_now, removed
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import places_within, stakeholders_within
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within


def maps_with_stakeholders(maps: Reach) -> tuple[list[Programme], list[Wave]]:
    """Return the programmes with a stakeholder on a map within reach, by name, and their waves within reach whose map has one."""
    programmes, waves = _maps_with_stakeholders(maps)
    return list(db.session.scalars(programmes)), list(db.session.scalars(waves))


@lru_cache(maxsize=64)
def _maps_with_stakeholders(maps: Reach) -> tuple[Select[Programme], Select[Wave]]:
    def has_one(*of: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(*of, StakeholderPlace.ended_at.is_(None), places_within(maps))

    of_whole = (StakeholderPlace.programme_id == Wave.programme_id, StakeholderPlace.wave_id.is_(None))
    of_wave = (StakeholderPlace.programme_id == Wave.programme_id, StakeholderPlace.wave_id == Wave.id)
    programmes = select(Programme).where(has_one(StakeholderPlace.programme_id == Programme.id))
    waves = select(Wave).where(or_(has_one(*of_whole), has_one(*of_wave)), waves_within(maps))
    return programmes.order_by(by_name(Programme.name), Programme.id), waves.order_by(Wave.programme_id, Wave.number)


class Register(NamedTuple):
    """How many stakeholders each group has (every group has an entry), their owners by name, and how many nobody who is here looks after."""

    groups: dict[StakeholderGroup, int]
    owners: list[Person]
    alone: int


def register_of(maps: Reach) -> Register:
    """Return what the list of stakeholders on maps within reach says of all of them."""
    counted = (
        select(StakeholderProfile.group, StakeholderProfile.owner_id, func.count())
        .where(StakeholderProfile.superseded_at.is_(None), StakeholderProfile.stakeholder_id.not_in(removed()))
        .group_by(StakeholderProfile.group, StakeholderProfile.owner_id)
    )
    if not maps.everything:
        counted = counted.join(Stakeholder, holds_now()).where(stakeholders_within(maps))
    counts, of_owner = dict.fromkeys(StakeholderGroup, 0), Counter[int | None]()
    for group, owner_id, number in db.session.execute(counted):
        counts[group] += number
        of_owner[owner_id] += number
    ids = [key for key in of_owner if key is not None]
    held = select(Person).where(Person.id.in_(ids)).order_by(Person.sorted_by, Person.id)
    owners = list(db.session.scalars(held)) if ids else []
    return Register(counts, owners, of_owner[None] + sum(of_owner[row.id] for row in owners if row.has_left))


def owners_within(maps: Reach) -> list[Person]:
    """Return the owners of stakeholders on maps within reach, by name."""
    return list(db.session.scalars(_owners(maps)))


# Making a statement anew costs more than running it.
@lru_cache(maxsize=64)
def _owners(maps: Reach) -> Select[Person]:
    held = select(StakeholderProfile.owner_id).where(
        StakeholderProfile.owner_id.is_not(None),
        StakeholderProfile.superseded_at.is_(None),
        StakeholderProfile.stakeholder_id.not_in(removed()),
    )
    if not maps.everything:
        held = held.join(Stakeholder, holds_now()).where(stakeholders_within(maps))
    return select(Person).where(Person.id.in_(held)).order_by(Person.sorted_by, Person.id)
