"""Whether assignments are as memberships, roles and employment ask for, looked at for all waves at once."""

from sqlalchemy import ColumnElement, and_, case, func, select

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
    grounds_of, present, held = _grounds_by_wave(), _present_by_wave(), _held_without_ground_by_wave()
    found = set()
    for wave_id in grounds_of.keys() | present.keys():
        asked, assigned, elsewhere = grounds_of.get(wave_id, (0, 0, 0))
        if asked != assigned or elsewhere or present.get(wave_id, 0) != asked + held.get(wave_id, 0):
            found.add(wave_id)
    return found


def _grounds_by_wave() -> dict[int, tuple[int, int, int]]:
    """Return the number of grounds, of those with their assignment, and of those with another department than the person's."""
    has = and_(
        Assignment.wave_id == Membership.wave_id,
        Assignment.person_id == Membership.person_id,
        Assignment.role == PersonRole.role,
        Assignment.withdrawn_at.is_(None),
    )
    is_elsewhere = Assignment.department_id.is_distinct_from(Person.department_id)
    numbers = (func.count(), func.count(Assignment.id), func.sum(case((is_elsewhere, 1), else_=0)))
    counted = grounds().outerjoin(Assignment, has).with_only_columns(Membership.wave_id, *numbers)
    rows = db.session.execute(counted.group_by(Membership.wave_id))
    return {wave_id: (asked, assigned, elsewhere) for wave_id, asked, assigned, elsewhere in rows}


def _lasting() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    closed = select(Wave.id).where(Wave.status == WaveStatus.CLOSED)
    return Assignment.withdrawn_at.is_(None), Assignment.wave_id.not_in(closed)


def _present_by_wave() -> dict[int, int]:
    counted = select(Assignment.wave_id, func.count()).where(*_lasting())
    return dict(db.session.execute(counted.group_by(Assignment.wave_id)).all())


def _held_without_ground_by_wave() -> dict[int, int]:
    standing = select(Leftover.assignment_id).where(Leftover.ended_at.is_(None))
    held = (Assignment.id.in_(standing), *_lasting(), is_held(), ~is_grounded())
    counted = select(Assignment.wave_id, func.count()).where(*held)
    return dict(db.session.execute(counted.group_by(Assignment.wave_id)).all())
