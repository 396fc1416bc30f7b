"""Who is important and has nothing to come: much power and much interest, and no open promise."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache, lru_cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.reach import Reach
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.lists import is_open
from engagement.stakeholders.models import Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_the_map
from engagement.stakeholders.scopes import mapped_within, stakeholders_within
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import HIGH


def is_important() -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` that they are to be worked closely with."""
    return exists().where(_stands_high())


def _stands_high() -> ColumnElement[bool]:
    return and_(
        StakeholderStanding.stakeholder_id == Stakeholder.id,
        StakeholderStanding.superseded_at.is_(None),
        StakeholderStanding.influence >= HIGH,
        StakeholderStanding.interest >= HIGH,
    )


def has_next_step() -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` that something is promised to them or planned with them."""
    return exists().where(Commitment.stakeholder_id == Stakeholder.id, Commitment.closed_at.is_(None))


def lacking_next_step(stakeholder_ids: Sequence[int]) -> list[Stakeholder]:
    """Return those of these stakeholders who are important, on the map, and have no next step."""
    asked = select(Stakeholder).where(Stakeholder.id.in_(stakeholder_ids), is_important(), ~has_next_step())
    return list(db.session.scalars(asked.where(on_the_map()).order_by(Stakeholder.id)))


def looked_after(planning: Reach) -> ColumnElement[bool]:
    """Return the condition on stakeholders on the map, joined with their profile, that something of theirs needs the reader.

    The reader looks after them; or nobody who is here does, and the reader plans one of their maps.
    """
    nobody = or_(StakeholderProfile.owner_id.is_(None), Person.left_at.is_not(None))
    mine = StakeholderProfile.owner_id == planning.person_id if planning.person_id else None
    theirs = and_(nobody, mapped_within(planning))
    return theirs if mine is None else or_(mine, theirs)


def important_without_next_step(planning: Reach, limit: int) -> tuple[int, list[int]]:
    """Return how many important stakeholders have no next step, and the ids of the first, as far as the reader is asked to act."""
    return _counted(_lacking(planning), limit)


# Making a long statement anew costs as much as running it.
@lru_cache(maxsize=64)
def _lacking(planning: Reach) -> Select[int, int]:
    return (
        select(Stakeholder.id, func.count().over())
        .join(StakeholderStanding, _stands_high())
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .where(on_the_map(), ~has_next_step(), looked_after(planning))
        .order_by(Stakeholder.id)
        .limit(bindparam("limit"))
    )


def gone_from_maps(planning: Reach, limit: int) -> tuple[int, list[int]]:
    """Return how many have left or were closed and are still on the map, and the ids of the first, as far as the reader is asked to act."""
    return _counted(_gone(planning), limit)


@lru_cache(maxsize=64)
def _gone(planning: Reach) -> Select[int, int]:
    whom = aliased(Person)
    return (
        select(Stakeholder.id, func.count().over())
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .outerjoin(whom, whom.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(on_the_map(), looked_after(planning))
        .where(or_(whom.left_at.is_not(None), Department.closed_at.is_not(None)))
        .order_by(Stakeholder.id)
        .limit(bindparam("limit"))
    )


def _counted(asked: Select[int, int], limit: int) -> tuple[int, list[int]]:
    rows = db.session.execute(asked, {"limit": limit}).all()
    return (rows[0][1] if rows else 0), [key for key, _ in rows]


def with_owners(ids: Collection[int]) -> dict[int, tuple[Stakeholder, Person | None]]:
    """Return these stakeholders with who looks after each; no query for none.

    What counts and orders thousands does so by their ids, which is much cheaper without their names and departments.
    """
    if not ids:
        return {}
    rows = db.session.execute(_with_owners(), {"ids": sorted(ids)})
    return {stakeholder.id: (stakeholder, owner) for stakeholder, owner in rows}


@cache
def _with_owners() -> Select[Stakeholder, Person]:
    return (
        select(Stakeholder, Person)
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .where(Stakeholder.id.in_(bindparam("ids", expanding=True)))
        .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
    )


def promises_due(planning: Reach, on: date, limit: int) -> tuple[int, list[Commitment]]:
    """Return how many open promises need the reader, and the first: own ones from their day on; others' from the day after.

    Others' are those to stakeholders whom the reader looks after, or whose map they plan.
    """
    after = select(StakeholderProfile.stakeholder_id).where(
        StakeholderProfile.superseded_at.is_(None), StakeholderProfile.owner_id == (planning.person_id or 0)
    )
    kept = select(Stakeholder.id).where(or_(stakeholders_within(planning), Stakeholder.id.in_(after)))
    is_kept = true() if planning.everything else Commitment.stakeholder_id.in_(kept)
    mine = and_(Commitment.owner_id == (planning.person_id or 0), Commitment.due_on <= on)
    late = and_(Commitment.due_on < on, is_kept)
    whom = joinedload(Commitment.stakeholder)
    asked = (
        select(Commitment, func.count().over())
        .where(is_open(), or_(mine, late))
        .options(
            joinedload(Commitment.owner),
            whom.joinedload(Stakeholder.person),
            whom.joinedload(Stakeholder.department),
        )
        .order_by(Commitment.due_on, Commitment.id)
        .limit(limit)
    )
    rows = db.session.execute(asked).all()
    return (rows[0][-1] if rows else 0), [promise for promise, _ in rows]
