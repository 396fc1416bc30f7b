"""How late contacts are by their rhythm: worked out by the database, because a map has thousands of stakeholders."""

from datetime import date
from functools import lru_cache
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
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.reach import Reach
from engagement.stakeholders.commitments.queries.next_steps import looked_after
from engagement.stakeholders.interactions.queries.timeline import last_talks
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_the_map
from engagement.stakeholders.rhythm.models import ContactRhythm
from engagement.stakeholders.rhythm.rules import USUAL, Every
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import quadrant_is
from engagement.stakeholders.standings.rules import Quadrant


def late_contacts(planning: Reach, on: date, limit: int) -> tuple[int, list[int]]:
    """Return with how many stakeholders nobody was in touch in time, and the ids of the latest, as far as the reader is asked to act.

    The reader looks after them; or nobody who is here does, and the reader plans one of their maps.
    """
    rows = db.session.execute(_late(planning, on), {"limit": limit}).all()
    return (rows[0][1] if rows else 0), [key for key, _ in rows]


@lru_cache(maxsize=64)
def _late(planning: Reach, on: date) -> Executable:
    """Return a SELECT of the latest first, each with how many there are."""
    standing = and_(StakeholderStanding.stakeholder_id == Stakeholder.id, StakeholderStanding.superseded_at.is_(None))
    theirs = (
        select(Stakeholder.id)
        .join(StakeholderProfile, holds_now())
        .outerjoin(Person, Person.id == StakeholderProfile.owner_id)
        .outerjoin(StakeholderStanding, standing)
        .where(on_the_map(), looked_after(planning))
    )
    each = lateness(theirs, on).subquery()
    # On two maps the closer rhythm counts, as in `closest`.
    late = func.max(each.c.late).label("late")
    found = select(each.c.id, late).group_by(each.c.id).having(late > 0).cte("found")
    number = select(func.count()).select_from(found).scalar_subquery()
    latest = select(found.c.id, number).order_by(found.c.late.desc(), found.c.id)
    return latest.limit(bindparam("limit"))


def lateness(stakeholders: Select[Any], on: date) -> Select[int, int, int]:
    """Return a SELECT of those of some stakeholders who are here, for each of their maps: how many days ago a contact was due there
    (negative: it will be), and every how many days one is wanted; both NULL if none is.

    They are given as a SELECT that has their present standing. Their own rhythm goes before that of their quadrant.
    """
    own, said, last = aliased(ContactRhythm), aliased(ContactRhythm), last_talks(on).subquery()
    whom, department = aliased(Person), aliased(Department)
    quadrant = case(*((quadrant_is(each), literal(each, ContactRhythm.quadrant.type)) for each in Quadrant))
    usual = case(*((quadrant_is(each), every.days) for each, every in USUAL.items()))
    days = case((own.id.is_not(None), _days_of(own.every)), (said.id.is_not(None), _days_of(said.every)), else_=usual)
    late = on.toordinal() - _number_of_day(last.c.last_on, Stakeholder.added_at) - days
    place = StakeholderPlace
    of_programme = and_(said.programme_id == place.programme_id, said.quadrant == quadrant)
    return (
        stakeholders.with_only_columns(
            Stakeholder.id, late.label("late"), days.label("days"), maintain_column_froms=True
        )
        .join(place, and_(place.stakeholder_id == Stakeholder.id, place.ended_at.is_(None)))
        .outerjoin(own, and_(own.stakeholder_id == Stakeholder.id, own.superseded_at.is_(None)))
        .outerjoin(said, and_(of_programme, said.superseded_at.is_(None)))
        .outerjoin(last, last.c.stakeholder_id == Stakeholder.id)
        .outerjoin(whom, whom.id == Stakeholder.person_id)
        .outerjoin(department, department.id == Stakeholder.department_id)
        .where(whom.left_at.is_(None), department.closed_at.is_(None))
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
