"""Settles the questions that moves leave behind: asks new ones, ends answered ones, wakes those that slept."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select, update

from engagement.db import insert_new, rows_changed
from engagement.people.models import Person
from engagement.training.models import Assignment, Leftover
from engagement.training.queries.grounds import has_role, is_grounded, is_member, may_be_asked
from engagement.training.queries.standing import belonging, standing_of
from engagement.training.rules import LeftoverCause


def end_questions(now: datetime, of_wave: ColumnElement[bool]) -> int:
    """End questions whose assignment follows from the data again or was finished undecided; return how many.

    `of_wave`, here and below, is the condition on `Assignment` for those to look at.
    """
    undecided = exists().where(
        Leftover.assignment_id == Assignment.id, Leftover.ended_at.is_(None), Leftover.decided_at.is_(None)
    )
    standing = standing_of(of_wave, undecided)
    finished = select(standing.c.id).where(standing.c.is_finished == 1)
    follows = select(Assignment.id).where(of_wave, ~belonging(), is_grounded())
    return rows_changed(
        update(Leftover)
        .where(
            Leftover.ended_at.is_(None),
            or_(
                Leftover.assignment_id.in_(follows),
                and_(Leftover.decided_at.is_(None), Leftover.assignment_id.in_(finished)),
            ),
        )
        .values(ended_at=now)
    )


def ask_questions(now: datetime, of_wave: ColumnElement[bool], unasked: Select[int] | None) -> int:
    """Ask about unfinished assignments that people no longer have, because they moved or changed role.

    When a wave drops a department, nobody moved, so nobody is asked; nor are the people in `unasked`. Returns how many
    were asked about.
    """
    moved = and_(~is_member(), Assignment.department_id.is_distinct_from(Person.department_id))
    left_behind = [of_wave, ~is_grounded(), may_be_asked(), belonging()]
    if unasked is not None:
        left_behind.append(Assignment.person_id.not_in(unasked))
    standing = standing_of(*left_behind)
    rows = (
        select(
            Assignment.id,
            Assignment.person_id,
            case((moved, literal(LeftoverCause.DEPARTMENT.value)), else_=literal(LeftoverCause.ROLE.value)),
            Assignment.department_id,
            Person.department_id,
            literal(now, Leftover.asked_at.type),
        )
        .join(standing, standing.c.id == Assignment.id)
        .join(Person, Person.id == Assignment.person_id)
        .where(standing.c.is_finished == 0, standing.c.asked > 0, or_(moved, ~has_role()))
    )
    columns = ["assignment_id", "person_id", "cause", "from_department_id", "to_department_id", "asked_at"]
    return rows_changed(
        insert_new(Leftover)
        .from_select(columns, rows)
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )


def wake_questions(now: datetime, of_wave: ColumnElement[bool]) -> None:
    """Ask again, with the whole time to decide, once a person is back or a cancelled wave is open again."""
    asleep = select(Assignment.id).where(of_wave, Assignment.withdrawn_at.is_not(None), may_be_asked())
    rows_changed(
        update(Leftover)
        .where(Leftover.ended_at.is_(None), Leftover.decided_at.is_(None), Leftover.assignment_id.in_(asleep))
        .values(asked_at=now)
    )
