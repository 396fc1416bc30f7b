"""What was decided at gates before, with what was seen then; nothing of it is ever overwritten."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.readiness.gate.models import GateCondition, GateDecision, GateValue


def decisions_of(wave_id: int) -> Sequence[GateDecision]:
    """Return everything that was ever decided about a wave, the newest first."""
    return db.session.scalars(
        select(GateDecision)
        .where(GateDecision.wave_id == wave_id)
        .options(joinedload(GateDecision.approver))
        .order_by(GateDecision.id.desc())
    ).all()


def values_of(decision_id: int) -> Sequence[GateValue]:
    """Return the criteria as an approver saw them when they decided."""
    return db.session.scalars(
        select(GateValue).where(GateValue.decision_id == decision_id).order_by(GateValue.id)
    ).all()


def conditions_of(decision_id: int) -> Sequence[GateCondition]:
    """Return the conditions of a decision, by day."""
    return db.session.scalars(
        select(GateCondition)
        .where(GateCondition.decision_id == decision_id)
        .options(joinedload(GateCondition.owner), joinedload(GateCondition.settled_by))
        .order_by(GateCondition.due_on, GateCondition.id)
    ).all()
