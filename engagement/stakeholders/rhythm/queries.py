"""Reads of contact rhythms, and of contacts that are late. The number of statements is fixed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
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
from engagement.stakeholders.commitments.queries.next_steps import looked_after
from engagement.stakeholders.interactions.queries.timeline import last_contacts, last_talks
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_the_map
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.rules import USUAL, Every, LastContact, closest
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import quadrant_is
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


def late_contacts(planning: Reach, on: date, limit: int) -> tuple[int, list[int]]:
    """Return with how many stakeholders nobody was in touch in time, and the ids of the latest, as far as the reader is asked to act.

    The reader looks after them; or nobody who is here does, and the reader plans one of their maps.
    """
    rows = db.session.execute(_late(planning, on), {"limit": limit}).all()
    return (rows[0][1] if rows else 0), [key for key, _ in rows]


@lru_cache(maxsize=64)
def _late(planning: Reach, on: date) -> Executable:
    """Return a SELECT of the latest first, each with how many there are."""
    each = _lateness(on).where(looked_after(planning)).subquery()
    # On two maps the closer rhythm counts, as in `closest`.
    late = func.max(each.c.late).label("late")
    found = select(each.c.id, late).group_by(each.c.id).having(late > 0).cte("found")
    number = select(func.count()).select_from(found).scalar_subquery()
    latest = select(found.c.id, number).order_by(found.c.late.desc(), found.c.id)
    return latest.limit(bindparam("limit"))


def _lateness(on: date) -> Select[int, int]:
    """Return a SELECT of everybody who is here, for each of their maps: how many days ago a contact was due there.

    A stakeholder's own rhythm goes before that of their quadrant.
    """
    own, said, whom, last = aliased(ContactRhythm), aliased(ContactRhythm), aliased(Person), last_talks(on).subquery()
    quadrant = case(*((quadrant_is(each), literal(each, ContactRhythm.quadrant.type)) for each in Quadrant))
    usual = case(*((quadrant_is(each), every.days) for each, every in USUAL.items()))
    days = case((own.id.is_not(None), _days_of(own.every)), (said.id.is_not(None), _days_of(said.every)), else_=usual)
    place, standing = StakeholderPlace, StakeholderStanding
    of_programme = and_(said.programme_id == place.programme_id, said.quadrant == quadrant)
    return (
        select(
            Stakeholder.id,
            (on.toordinal() - _number_of_day(last.c.last_on, Stakeholder.added_at) - days).label("late"),
        )
        .join(place, and_(place.stakeholder_id == Stakeholder.id, place.ended_at.is_(None)))
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .outerjoin(whom, whom.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .outerjoin(standing, and_(standing.stakeholder_id == Stakeholder.id, standing.superseded_at.is_(None)))
        .outerjoin(own, and_(own.stakeholder_id == Stakeholder.id, own.superseded_at.is_(None)))
        .outerjoin(said, and_(of_programme, said.superseded_at.is_(None)))
        .outerjoin(last, last.c.stakeholder_id == Stakeholder.id)
        .where(on_the_map(), whom.left_at.is_(None), Department.closed_at.is_(None))
    )


def _days_of(every: SQLColumnExpression[Every]) -> ColumnElement[Any]:
    return case({each: each.days for each in Every if each.days}, value=every)


class _number_of_day(FunctionElement[int]):  # noqa: N801  written like a function of SQL
    """The number of a day as `date.toordinal` counts, or of the day of an instant in UTC if there is no day."""

    type = Integer()
    inherit_cache = True


@compiles(_number_of_day, "sqlite")
def _number_on_sqlite(element: _number_of_day, compiler: Any, **options: Any) -> str:
    day, instant = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(julianday(coalesce({day}, {instant})) - 1721424.5 AS INTEGER)"


@compiles(_number_of_day, "postgresql")
def _number_on_postgresql(element: _number_of_day, compiler: Any, **options: Any) -> str:
    day, instant = (compiler.process(each, **options) for each in element.clauses)
    return f"(coalesce({day}, CAST(timezone('UTC', {instant}) AS DATE)) - DATE '0001-01-01' + 1)"
