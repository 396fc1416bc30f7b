"""The rows of which gates are made, of many waves at once: nothing is asked of a table that has none of them."""

from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, exists, func, select
from sqlalchemy.orm import joinedload

from engagement.db import Base, db
from engagement.readiness.gate.models import (
    GateApprover,
    GateCondition,
    GateDecision,
    GateOverride,
    GateReopening,
    GateValue,
)
from engagement.waves.models import Wave, WaveStep
from engagement.waves.rules import WaveStatus
from engagement.waves.tallies.queries import WAVES

#: What few gates have.
_TABLES = (GateApprover, GateDecision, GateReopening, GateOverride)


def rows_there(ids: Sequence[int]) -> tuple[dict[int, datetime | None], set[type[Base]]]:
    """Return when each wave was last planned, and which of these tables have a row of any of them, in one statement.

    What was decided before a wave was planned was decided about another plan.
    """
    rows = db.session.execute(_there_statement(), {"waves": list(ids)}).all()
    there = {table for table, *has in zip(_TABLES, *(row[2:] for row in rows), strict=True) if any(has)}
    return {row[0]: row[1] for row in rows}, there


# Making a long statement anew costs more than running it.
@cache
def _there_statement() -> Executable:
    planned = (WaveStep.wave_id == Wave.id, WaveStep.status == WaveStatus.PLANNED)
    has = (exists().where(table.wave_id == Wave.id) for table in _TABLES)
    return select(Wave.id, select(func.max(WaveStep.at)).where(*planned).scalar_subquery(), *has).where(
        Wave.id.in_(WAVES)
    )


def rows_of_waves(
    table: Any, ids: Sequence[int], there: Set[type[Base]], *where: ColumnElement[bool], joined: Any = None
) -> dict[int, list[Any]]:
    """Return the rows of a table by wave, the oldest first; nothing is asked of a table that has none."""
    found: dict[int, list[Any]] = defaultdict(list)
    if table in there:
        asked = select(table).where(table.wave_id.in_(ids), *where).order_by(table.id)
        for row in db.session.scalars(asked if joined is None else asked.options(joinedload(joined))):
            found[row.wave_id].append(row)
    return found


def conditions_of_decisions(ids: Sequence[int]) -> Sequence[GateCondition]:
    """Return the conditions of these decisions by day, with who does and who settled each."""
    if not ids:
        return []
    return db.session.scalars(
        select(GateCondition)
        .where(GateCondition.decision_id.in_(ids))
        .options(joinedload(GateCondition.owner), joinedload(GateCondition.settled_by))
        .order_by(GateCondition.due_on, GateCondition.id)
    ).all()


def values_of_decisions(ids: Sequence[int]) -> Sequence[GateValue]:
    """Return the criteria as they were seen by these decisions."""
    if not ids:
        return []
    return db.session.scalars(select(GateValue).where(GateValue.decision_id.in_(ids)).order_by(GateValue.id)).all()
