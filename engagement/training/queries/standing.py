"""When training counts as finished, and for whom: the definitions behind every count and list."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, select, true

from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Leftover, Module
from engagement.training.rules import ItemKind
from engagement.training.waiting.queries import is_held_back
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


def counting() -> ColumnElement[bool]:
    """Return the condition on `Completion` that it counts as having finished its module.

    The one place for this rule: a completion counts for good, for any version of the module, from any wave and role.
    Editing a module makes nobody unfinished, and people who move are not asked again for what they know. People may
    have several completions of a module: counts take each person once, pages show the newest.
    """
    return true()


def belonging() -> ColumnElement[bool]:
    """Return the condition on `Assignment` that it counts for its wave: not one that somebody brought along."""
    return ~exists().where(Leftover.assignment_id == Assignment.id, Leftover.ended_at.is_(None))


def is_asked() -> ColumnElement[bool]:
    """Return the condition on `Assignment` that it is asked of its person now, also if kept after a move.

    An undecided one is a question, and asks nothing until it is decided.
    """
    undecided = exists().where(
        Leftover.assignment_id == Assignment.id, Leftover.ended_at.is_(None), Leftover.decided_at.is_(None)
    )
    return and_(Assignment.withdrawn_at.is_(None), ~undecided)


def is_past_due(on: date) -> ColumnElement[bool]:
    """Return the condition on `Assignment` that its own due day, else that of its wave, is before `on`.

    Nothing is past due while its wave is rolled back, or that a quiet period holds back.
    """
    due_on = func.coalesce(Assignment.own_due_on, Wave.training_due_on)
    held = [status for status in WaveStatus if not status.keeps_days]
    is_before = exists().where(Wave.id == Assignment.wave_id, due_on < on, Wave.status.not_in(held))
    return and_(is_before, ~is_held_back(on))


def standing_of(*scope: ColumnElement[bool]) -> Subquery:
    """Return one row for each assignment in `scope` that is not withdrawn, with what is asked and what is done.

    It is finished when every required module of the role's curriculum, and enough of its choice modules, have a
    counting completion. Nobody has finished a curriculum that asks for nothing.
    """
    asked, done = _asked_by_role(), _done_by_assignment(*scope)
    required, choices = func.coalesce(asked.c.required, 0), func.coalesce(asked.c.choices, 0)
    required_done, choices_done = func.coalesce(done.c.required, 0), func.coalesce(done.c.choices, 0)
    counted_choices = case((choices_done > choices, choices), else_=choices_done)
    is_finished = and_(required + choices > 0, required_done >= required, choices_done >= choices)
    return (
        select(
            Assignment.id,
            Assignment.wave_id,
            Assignment.person_id,
            Assignment.role,
            (required + choices).label("asked"),
            (required_done + counted_choices).label("done"),
            case((is_finished, 1), else_=0).label("is_finished"),
            (func.coalesce(asked.c.minutes, 0) - func.coalesce(done.c.minutes, 0)).label("minutes_left"),
        )
        .join(asked, asked.c.role == Assignment.role, isouter=True)
        .join(done, done.c.assignment_id == Assignment.id, isouter=True)
        .where(*scope, Assignment.withdrawn_at.is_(None))
        .subquery()
    )


def _asked_by_role() -> Subquery:
    """Return what each role's curriculum asks: required modules with their minutes, and how many of a choice."""
    return (
        select(
            Curriculum.role,
            _sum_of(CurriculumItem.kind == ItemKind.REQUIRED).label("required"),
            _sum_of(CurriculumItem.kind == ItemKind.REQUIRED, Module.minutes).label("minutes"),
            case(
                (
                    Curriculum.choices_needed > _sum_of(CurriculumItem.kind == ItemKind.CHOICE),
                    _sum_of(CurriculumItem.kind == ItemKind.CHOICE),
                ),
                else_=Curriculum.choices_needed,
            ).label("choices"),
        )
        .join(CurriculumItem, CurriculumItem.curriculum_id == Curriculum.id)
        .join(Module, and_(Module.id == CurriculumItem.module_id, Module.withdrawn_at.is_(None)))
        .group_by(Curriculum.role, Curriculum.choices_needed)
        .subquery()
    )


# Making a long statement anew costs more than running it.
@cache
def asking_roles() -> Select[TrainingRole]:
    """Return a SELECT of the roles whose curriculum asks for something."""
    asked = _asked_by_role()
    return select(asked.c.role).where(asked.c.required + asked.c.choices > 0)


def _done_by_assignment(*scope: ColumnElement[bool]) -> Subquery:
    """Return what each assignment has done of that; several versions of a module count once."""
    modules = (
        select(Assignment.id.label("assignment_id"), CurriculumItem.kind, Module.id.label("module_id"), Module.minutes)
        .join(Curriculum, Curriculum.role == Assignment.role)
        .join(CurriculumItem, CurriculumItem.curriculum_id == Curriculum.id)
        .join(Module, and_(Module.id == CurriculumItem.module_id, Module.withdrawn_at.is_(None)))
        .join(
            Completion,
            and_(Completion.person_id == Assignment.person_id, Completion.module_id == CurriculumItem.module_id),
        )
        .where(*scope, Assignment.withdrawn_at.is_(None), counting())
        .distinct()
        .subquery()
    )
    return (
        select(
            modules.c.assignment_id,
            _sum_of(modules.c.kind == ItemKind.REQUIRED).label("required"),
            _sum_of(modules.c.kind == ItemKind.REQUIRED, modules.c.minutes).label("minutes"),
            _sum_of(modules.c.kind == ItemKind.CHOICE).label("choices"),
        )
        .group_by(modules.c.assignment_id)
        .subquery()
    )


def _sum_of(condition: ColumnElement[bool], what: Any = 1) -> ColumnElement[int]:
    return func.sum(case((condition, what), else_=0))
