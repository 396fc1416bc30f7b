"""What is looked at before go-lives: decided gates whose criteria have fallen, and messages that wait behind gates."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager

from engagement.communications.queries.due import approved_of_waves
from engagement.db import db
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.models import GateDecision, GateReopening
from engagement.readiness.gate.queries.present import Gate, gates_of
from engagement.readiness.gate.rules import HELD_DAYS_BEFORE, Choice
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


def gates_fallen(on: date) -> list[int]:
    """Return the waves ahead that were decided and have a counted criterion that has fallen since; counted together."""
    decided = select(GateDecision.wave_id).where(GateDecision.ended_at.is_(None))
    gates = gates_of(waves_ahead(Wave.id.in_(decided)), on)
    watched = [gate.wave for gate in gates.values() if gate.is_watched]
    standing = standings_of(watched, on) if watched else {}
    return [wave.id for wave in watched if gates[wave.id].fallen(standing[wave.id], on)]


def messages_behind_gates(on: date) -> dict[int, Gate]:
    """Return the approved messages around the go-live of waves whose gate holds them, each with that gate."""
    return messages_around(gates_holding(on))


def gates_holding(on: date, *conditions: ColumnElement[bool]) -> list[Gate]:
    """Return the gates that hold messages, of waves that meet these conditions, by go-live."""
    refused = (GateDecision.choice == Choice.NO_GO, GateDecision.ended_at.is_(None))
    may_hold = or_(
        Wave.id.in_(select(GateReopening.wave_id)), Wave.id.in_(select(GateDecision.wave_id).where(*refused))
    )
    gates = gates_of(waves_ahead(may_hold, *conditions), on).values()
    return [gate for gate in gates if gate.state.holds_messages]


def messages_around(holding: Sequence[Gate]) -> dict[int, Gate]:
    """Return the approved messages around the go-live of the waves of these gates, each with its gate."""
    if not holding:
        return {}
    gates = {gate.wave.id: gate for gate in holding}
    return {
        occurrence_id: gates[wave_id]
        for occurrence_id, wave_id, sends_on in approved_of_waves(list(gates))
        if sends_on >= gates[wave_id].wave.go_live_on - timedelta(days=HELD_DAYS_BEFORE)
    }


def waves_ahead(*conditions: ColumnElement[bool]) -> Sequence[Wave]:
    """Return the waves before their go-live that meet these conditions, by its day, with their programmes; gates are read of them."""
    asked = (
        select(Wave).join(Wave.programme).where(Wave.status.in_((WaveStatus.PLANNED, WaveStatus.READY)), *conditions)
    )
    return db.session.scalars(asked.options(contains_eager(Wave.programme)).order_by(Wave.go_live_on, Wave.id)).all()
