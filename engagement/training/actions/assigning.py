"""Settles who has to learn what: assignments follow memberships, roles and the status of waves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, except_, exists, literal, or_, select, true, update

from engagement.db import db, insert_new, note_growth, rows_changed
from engagement.people.models import Person
from engagement.training.actions.asking import ask_questions, end_questions, wake_questions
from engagement.training.models import Assignment, Leftover
from engagement.training.queries.grounds import grounds, is_grounded, is_held
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus


@dataclass(frozen=True)
class AssignmentCounts:
    """What settling changed: assignments made, reopened and withdrawn, and those that became a question after a move."""

    made: int
    reopened: int
    withdrawn: int
    asked: int = 0

    @property
    def words(self) -> str:
        """What changed, in a sentence for the scheduler's page."""
        return (
            f"Assignments: {self.made} made, {self.reopened} opened again, {self.withdrawn} withdrawn, "
            f"{self.asked} asked about."
        )


def settle_assignments(
    now: datetime, wave_id: int | None = None, *, unasked: Select[int] | None = None, is_settled: bool = False
) -> AssignmentCounts:
    """Give active members of open waves the assignments of their roles; withdraw those without a ground.

    An assignment loses its ground when its membership, its role or the employment ends, or the wave is cancelled; it
    reopens when the ground returns. Assignments of closed waves stay as they are. If the person moved or changed role
    before finishing, the assignment becomes a question instead of being withdrawn (see `Leftover`). `unasked`, a SELECT
    of ids of people whose move is being undone, are never asked. The number of statements is fixed, for one wave or
    all; repeating it changes nothing. `is_settled` says that `unsettled_waves` found nothing to
    change, so that only questions are looked at.
    """
    of_wave = Assignment.wave_id == wave_id if wave_id is not None else true()
    made = 0 if is_settled else _make(now, wave_id)
    note_growth(Assignment, made)
    ended = end_questions(now, of_wave)
    wake_questions(now, of_wave)
    reopened = _reopen(now, of_wave, unasked)
    asked = withdrawn = 0
    # A question that has ended holds its assignment no longer.
    is_settled = is_settled and not ended
    # Usually every assignment has its ground; checking that once saves half of the work.
    if not is_settled and db.session.scalar(select(exists().where(*_without_ground(of_wave)))):
        asked = ask_questions(now, of_wave, unasked)
        note_growth(Leftover, asked)
        withdrawn = rows_changed(
            update(Assignment).where(*_without_ground(of_wave), ~is_held()).values(withdrawn_at=now)
        )
    if not is_settled:
        _note_departments(of_wave)
    if made or reopened or withdrawn or asked or ended:
        db.session.expire_all()
    return AssignmentCounts(made, reopened, withdrawn, asked)


def _make(now: datetime, wave_id: int | None) -> int:
    asked, known = grounds(), select(Assignment.wave_id, Assignment.person_id, Assignment.role)
    if wave_id is not None:
        asked, known = asked.where(Membership.wave_id == wave_id), known.where(Assignment.wave_id == wave_id)
    # EXCEPT, because a lookup in the table that the same statement fills takes PostgreSQL quadratic time.
    new = except_(asked, known).subquery()
    rows = select(
        new.c.wave_id, new.c.person_id, new.c.role, Person.department_id, literal(now, Assignment.assigned_at.type)
    ).join(Person, Person.id == new.c.person_id)
    return rows_changed(
        insert_new(Assignment)
        .from_select(["wave_id", "person_id", "role", "department_id", "assigned_at"], rows)
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )


def _without_ground(of_wave: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    closed = select(Wave.id).where(Wave.status == WaveStatus.CLOSED)
    return [of_wave, Assignment.withdrawn_at.is_(None), Assignment.wave_id.not_in(closed), ~is_grounded()]


def _reopen(now: datetime, of_wave: ColumnElement[bool], unasked: Select[int] | None) -> int:
    """Reopen withdrawn assignments with a ground or held by a person, dated today; `unasked` people keep their date."""
    since: ColumnElement[datetime] = literal(now, Assignment.assigned_at.type)
    if unasked is not None:
        since = case((Assignment.person_id.in_(unasked), Assignment.assigned_at), else_=since)
    return rows_changed(
        update(Assignment)
        .where(of_wave, Assignment.withdrawn_at.is_not(None), or_(is_grounded(), is_held()))
        .values(withdrawn_at=None, assigned_at=since)
    )


def _note_departments(of_wave: ColumnElement[bool]) -> None:
    """Store the department of each grounded assignment, so that a later move can be recognised."""
    present = select(Person.department_id).where(Person.id == Assignment.person_id).scalar_subquery()
    rows_changed(
        update(Assignment)
        .where(
            of_wave,
            Assignment.withdrawn_at.is_(None),
            Assignment.department_id.is_distinct_from(present),
            is_grounded(),
        )
        .values(department_id=present)
    )
