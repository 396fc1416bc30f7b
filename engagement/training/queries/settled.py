"""Whether assignments are as memberships, roles and employment ask for, looked at for all waves at once."""

from functools import cache
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.training.models import Assignment, Leftover
from engagement.training.queries.grounds import grounds, is_grounded, is_held
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus


def unsettled_waves() -> set[int]:
    """Return the waves where a ground has no assignment, an assignment no ground, or one has not the person's department.

    An assignment that is held needs no ground. Each is known by wave, person and role, so equal numbers mean the same ones.
    """
    if _are_all_settled():
        return set()
    grounds_of = _by_wave(_grounds(), Membership.wave_id)
    present, held = _by_wave(_present(), Assignment.wave_id), _by_wave(_held_without_ground(), Assignment.wave_id)
    found = set()
    for wave_id in grounds_of.keys() | present.keys():
        asked, assigned, elsewhere = grounds_of.get(wave_id, (0, 0, 0))
        (number,), (lasting,) = present.get(wave_id, (0,)), held.get(wave_id, (0,))
        if asked != assigned or elsewhere or number != asked + lasting:
            found.add(wave_id)
    return found


def waves_with_questions() -> set[int]:
    """Return the waves of assignments about which somebody is asked, or which are kept, after a move: both may come to their end."""
    return set(db.session.scalars(select(Assignment.wave_id).where(Assignment.id.in_(_standing()))))


def _are_all_settled() -> bool:
    """Return whether the numbers of all waves together agree.

    Then those of each agree, as no wave can make up for another: it has at most as many assignments with a ground as grounds, and at
    least as many without one as are held.
    """
    of_all_waves = _of_all_waves(db.engine.dialect.name)
    (asked, assigned, elsewhere), (present,), (held,) = (db.session.execute(each).one() for each in of_all_waves)
    return asked == assigned and not elsewhere and present == (asked or 0) + held


# Making a long statement anew costs more than running it.
@cache
def _of_all_waves(dialect: str) -> tuple[Select[Any], ...]:
    counted = _grounds()
    if dialect == "sqlite":
        # By person, so that it goes through rows and indexes in their order. It would go by wave, jump, and take twice as long.
        of_people = counted.group_by(Membership.person_id).subquery()
        counted = select(*map(func.sum, of_people.c))
    return counted, _present(), _held_without_ground()


def _by_wave(counted: Select[Any], wave_id: InstrumentedAttribute[int]) -> dict[int, tuple[int, ...]]:
    rows = db.session.execute(counted.add_columns(wave_id).group_by(wave_id))
    return {key: tuple(numbers) for *numbers, key in rows}


def _grounds() -> Select[Any]:
    """The number of grounds, of those with their assignment, and of those with another department than the person's."""
    has = and_(
        Assignment.wave_id == Membership.wave_id,
        Assignment.person_id == Membership.person_id,
        Assignment.role == PersonRole.role,
        Assignment.withdrawn_at.is_(None),
    )
    is_elsewhere = and_(Assignment.id.is_not(None), Assignment.department_id.is_distinct_from(Person.department_id))
    numbers: list[Any] = [
        func.count().label("asked"),
        func.count(Assignment.id).label("assigned"),
        func.count(case((is_elsewhere, 1))).label("elsewhere"),
    ]
    return grounds().outerjoin(Assignment, has).with_only_columns(*numbers)


def _present() -> Select[int]:
    closed = select(Wave.id).where(Wave.status == WaveStatus.CLOSED)
    return select(func.count(Assignment.id)).where(Assignment.withdrawn_at.is_(None), Assignment.wave_id.not_in(closed))


def _held_without_ground() -> Select[int]:
    return _present().where(Assignment.id.in_(_standing()), is_held(), ~is_grounded())


def _standing() -> Select[int]:
    return select(Leftover.assignment_id).where(Leftover.ended_at.is_(None))
