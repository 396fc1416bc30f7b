"""Settling who has to learn what: assignments follow memberships, roles and the status of waves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, literal, select, update

from engagement.db import db, insert_new, rows_changed
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus


@dataclass(frozen=True)
class AssignmentCounts:
    """What settling changed: assignments made, opened again, and withdrawn."""

    made: int
    reopened: int
    withdrawn: int

    @property
    def words(self) -> str:
        """What changed, in one sentence for the timetable."""
        return f"Assignments: {self.made} made, {self.reopened} opened again, {self.withdrawn} withdrawn."


def settle_assignments(now: datetime, wave_id: int | None = None) -> AssignmentCounts:
    """Give every active member of an open wave the assignments of their roles, and withdraw those without a ground.

    Those who matched before are included. An assignment ends when its membership, its role or the person's employment
    ended, or the wave was cancelled, and opens again when the ground comes back; what a closed wave asked stays as it was.
    Three statements on sets, for one wave or all; repeating it changes nothing.
    """
    shut = (WaveStatus.CLOSED, WaveStatus.CANCELLED)
    of_wave = Assignment.wave_id == wave_id if wave_id is not None else literal(True)
    grounds = _grounds().where(Wave.status.not_in(shut))
    here = _grounds().where(
        Wave.status.not_in(shut),
        Membership.wave_id == Assignment.wave_id,
        Membership.person_id == Assignment.person_id,
        PersonRole.role == Assignment.role,
    )
    is_grounded = exists(here.correlate(Assignment))
    known = exists().where(
        Assignment.wave_id == Membership.wave_id,
        Assignment.person_id == Membership.person_id,
        Assignment.role == PersonRole.role,
    )
    if wave_id is not None:
        grounds = grounds.where(Membership.wave_id == wave_id)
    made = rows_changed(
        insert_new(Assignment)
        .from_select(
            ["wave_id", "person_id", "role", "assigned_at"],
            grounds.add_columns(literal(now, Assignment.assigned_at.type)).where(~known),
        )
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )
    reopened = rows_changed(
        update(Assignment)
        .where(of_wave, Assignment.withdrawn_at.is_not(None), is_grounded)
        .values(withdrawn_at=None, assigned_at=now)
    )
    kept = select(Wave.id).where(Wave.status == WaveStatus.CLOSED)
    withdrawn = rows_changed(
        update(Assignment)
        .where(of_wave, Assignment.withdrawn_at.is_(None), ~is_grounded, Assignment.wave_id.not_in(kept))
        .values(withdrawn_at=now)
    )
    if made or reopened or withdrawn:
        db.session.expire_all()
    return AssignmentCounts(made, reopened, withdrawn)


def _grounds() -> Select[int, int, TrainingRole]:
    """Return wave, person and role of everything that memberships and roles ask for now."""
    return (
        select(Membership.wave_id, Membership.person_id, PersonRole.role)
        .join(Wave, Wave.id == Membership.wave_id)
        .join(Person, Person.id == Membership.person_id)
        .join(PersonRole, PersonRole.person_id == Membership.person_id)
        .where(Membership.ended_at.is_(None), Person.left_at.is_(None))
    )
