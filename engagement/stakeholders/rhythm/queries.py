"""Reads of contact rhythms, and of contacts that are late. The number of statements is fixed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.sql.functions import FunctionElement

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.reach import Reach
from engagement.stakeholders.commitments.queries.next_steps import looked_after, with_owners
from engagement.stakeholders.interactions.queries.timeline import last_contacts, last_talks
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_the_map
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.rules import USUAL, Every, LastContact, closest
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import quadrant_is
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


def late_contacts(planning: Reach, on: date, limit: int) -> tuple[int, list[LateContact]]:
    """Return with how many stakeholders nobody was in touch in time, and the latest, as far as the reader is asked to act.

    The reader looks after them; or nobody who is here does, and the reader plans one of their maps.
    """
    own, whom = aliased(ContactRhythm), aliased(Person)
    last, wanted = last_talks(on).subquery(), _wanted()
    days = case((own.id.is_not(None), _days_of(own.every)), else_=wanted.c.days)
    since = func.coalesce(last.c.last_on, _day_of(Stakeholder.added_at))
    late = (_days_since(since, literal(on, Date)) - days).label("late")
    asked = (
        select(Stakeholder.id, last.c.last_on, days.label("days"), late, func.count().over().label("number"))
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .outerjoin(whom, whom.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .outerjoin(own, and_(own.stakeholder_id == Stakeholder.id, own.superseded_at.is_(None)))
        .outerjoin(wanted, wanted.c.stakeholder_id == Stakeholder.id)
        .outerjoin(last, last.c.stakeholder_id == Stakeholder.id)
        .where(on_the_map(), looked_after(planning), whom.left_at.is_(None), Department.closed_at.is_(None), late > 0)
        .order_by(late.desc(), Stakeholder.id)
        .limit(limit)
        .subquery()
    )
    shown = with_owners(asked).add_columns(asked.c.last_on, asked.c.days, asked.c.number)
    rows = db.session.execute(shown.order_by(asked.c.late.desc(), Stakeholder.id)).all()
    every = {each.days: each for each in Every}
    found = [
        LateContact(stakeholder, owner, LastContact(last_on, every[days], stakeholder.added_at.date()))
        for stakeholder, owner, last_on, days, _ in rows
    ]
    return (rows[0][-1] if rows else 0), found


# Making a long statement anew costs more than running it.
@cache
def _wanted() -> Subquery:
    """Return for each stakeholder after how many days their quadrants want a contact: on two maps the closer one counts, as in `closest`."""
    quadrant = case(*((quadrant_is(each), literal(each, ContactRhythm.quadrant.type)) for each in Quadrant))
    said = aliased(ContactRhythm)
    usual = case(*((quadrant_is(each), every.days) for each, every in USUAL.items()))
    is_said = and_(
        said.programme_id == StakeholderPlace.programme_id, said.quadrant == quadrant, said.superseded_at.is_(None)
    )
    return (
        select(
            StakeholderPlace.stakeholder_id,
            func.min(case((said.id.is_not(None), _days_of(said.every)), else_=usual)).label("days"),
        )
        .join(StakeholderStanding, StakeholderStanding.stakeholder_id == StakeholderPlace.stakeholder_id)
        .outerjoin(said, is_said)
        .where(StakeholderStanding.superseded_at.is_(None), StakeholderPlace.ended_at.is_(None))
        .group_by(StakeholderPlace.stakeholder_id)
        .subquery()
    )


def _days_of(every: SQLColumnExpression[Every]) -> ColumnElement[Any]:
    return case({each: each.days for each in Every if each.days}, value=every)


class _day_of(FunctionElement[date]):  # noqa: N801  written like a function of SQL
    """The day of an instant, in UTC."""

    type = Date()
    inherit_cache = True


class _days_since(FunctionElement[int]):  # noqa: N801  written like a function of SQL
    """The days from a first day to a second."""

    type = Integer()
    inherit_cache = True


@compiles(_day_of, "sqlite")
def _day_on_sqlite(element: _day_of, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)})"


@compiles(_day_of, "postgresql")
def _day_on_postgresql(element: _day_of, compiler: Any, **options: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **options)}) AS DATE)"


@compiles(_days_since, "sqlite")
def _days_on_sqlite(element: _days_since, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


@compiles(_days_since, "postgresql")
def _days_on_postgresql(element: _days_since, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    return f"(CAST({second} AS DATE) - {first})"
