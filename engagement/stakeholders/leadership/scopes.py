"""Whose steps of sponsors are whose: who reads maps reads them, who plans keeps them, a sponsor says of their own what became of it."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.reach import Reach, allow, found
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine


def steps_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `LeadershipStep` that it is within reach."""
    return reach.condition(programme_id=LeadershipStep.programme_id, wave_id=LeadershipStep.wave_id)


def reaches_step(reach: Reach, step: LeadershipStep) -> bool:
    return reach.covers(programme_id=step.programme_id, wave_id=step.wave_id)


def line_for(reach: Reach, step_id: int) -> StepLine:
    """Return what holds now of a step within reach; raises NotFound or BeyondReach."""
    line = found(
        db.session.scalar(
            select(StepLine)
            .where(StepLine.step_id == step_id, StepLine.superseded_at.is_(None))
            .options(joinedload(StepLine.person), joinedload(StepLine.step).joinedload(LeadershipStep.programme))
        )
    )
    allow(reaches_step(reach, line.step), reach)
    return line


def may_settle(maps: Reach, planning: Reach, line: StepLine) -> bool:
    """Return whether a reader says what became of a step: who plans there, and the sponsor whose step it is."""
    is_own = maps.person_id is not None and line.person_id == maps.person_id and reaches_step(maps, line.step)
    return is_own or reaches_step(planning, line.step)


def line_to_settle(maps: Reach, planning: Reach, step_id: int) -> StepLine:
    """Return what holds of a step of which the reader says what became of it; raises NotFound or BeyondReach."""
    line = line_for(maps, step_id)
    allow(may_settle(maps, planning, line), planning)
    return line
