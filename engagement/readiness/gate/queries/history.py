"""What was decided at gates before, with what was seen then; nothing of it is ever overwritten."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.readiness.gate.models import GateCondition, GateDecision, GateOverride, GateReopening, GateValue


def decisions_of(wave_id: int) -> Sequence[GateDecision]:
    """Return everything that was ever decided about a wave, the newest first."""
    return db.session.scalars(
        select(GateDecision)
        .where(GateDecision.wave_id == wave_id)
        .options(joinedload(GateDecision.approver))
        .order_by(GateDecision.id.desc())
    ).all()


def reopenings_of(wave_id: int) -> Sequence[GateReopening]:
    """Return when and why the gate of a wave opened again, the newest first."""
    return db.session.scalars(
        select(GateReopening).where(GateReopening.wave_id == wave_id).order_by(GateReopening.id.desc())
    ).all()


def overrides_of(wave_id: int) -> Sequence[GateOverride]:
    """Return who ever let a wave go on without its gate, and why, the newest first."""
    return db.session.scalars(
        select(GateOverride)
        .where(GateOverride.wave_id == wave_id)
        .options(joinedload(GateOverride.by))
        .order_by(GateOverride.id.desc())
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
