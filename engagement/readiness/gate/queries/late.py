"""Conditions that are still open past their day: of a gate that was read, and of waves of which none is."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from engagement.db import db
from engagement.readiness.gate.models import GateCondition, GateDecision
from engagement.readiness.gate.queries.present import Gate
from engagement.readiness.scopes import still_asked
from engagement.waves.tallies.queries import WAVES


def late_conditions(gate: Gate, on: date) -> list[GateCondition]:
    """Return the open conditions of a gate whose day is before `on`, those that wait longest first."""
    return [row for row in gate.open_conditions if row.due_on < on]


def conditions_past_due(wave_ids: Sequence[int], on: date) -> dict[int, list[GateCondition]]:
    """Return the same of these waves, by wave, in one statement."""
    found: dict[int, list[GateCondition]] = defaultdict(list)
    if wave_ids:
        for row in db.session.scalars(_statement(), {"waves": list(wave_ids), "on": on}):
            found[row.decision.wave_id].append(row)
    return found


# Making the statement anew costs more than running it.
@cache
def _statement() -> Select[GateCondition]:
    return (
        select(GateCondition)
        .join(GateCondition.decision)
        .where(
            GateDecision.wave_id.in_(WAVES),
            GateCondition.settled_at.is_(None),
            GateCondition.due_on < bindparam("on"),
            still_asked(),
        )
        .options(contains_eager(GateCondition.decision), joinedload(GateCondition.owner))
        .order_by(GateCondition.due_on, GateCondition.id)
    )
