"""What is looked at before go-lives: decided gates whose criteria have fallen, and messages that wait behind gates that are open again."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from engagement.communications.queries.due import approved_of_waves
from engagement.db import db
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.models import GateDecision, GateReopening
from engagement.readiness.gate.queries.present import Gate, gates_of
from engagement.readiness.gate.rules import HELD_DAYS_BEFORE, GateState
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


def gates_fallen(on: date) -> list[int]:
    """Return the waves ahead that were decided and have a counted criterion that has fallen since; counted together."""
    decided = select(GateDecision.wave_id).where(GateDecision.ended_at.is_(None))
    gates = gates_of(waves_ahead(Wave.id.in_(decided)), on)
    watched = [gate.wave for gate in gates.values() if gate.is_watched]
    standing = standings_of(watched, on) if watched else {}
    return [wave.id for wave in watched if gates[wave.id].fallen(standing[wave.id], on)]


def messages_behind_gates(on: date) -> dict[int, Wave]:
    """Return the approved messages around the go-live of waves whose gate is open again, each with its wave."""
    return messages_around([gate.wave for gate in gates_open_again(on)])


def gates_open_again(on: date, *conditions: ColumnElement[bool]) -> list[Gate]:
    """Return the gates that are open again, of waves that meet these conditions, by go-live."""
    opened = Wave.id.in_(select(GateReopening.wave_id))
    gates = gates_of(waves_ahead(opened, *conditions), on).values()
    return [gate for gate in gates if gate.state is GateState.REOPENED]


def messages_around(reopened: Sequence[Wave]) -> dict[int, Wave]:
    """Return the approved messages around the go-live of these waves, each with its wave."""
    if not reopened:
        return {}
    waves = {wave.id: wave for wave in reopened}
    return {
        occurrence_id: waves[wave_id]
        for occurrence_id, wave_id, sends_on in approved_of_waves(list(waves))
        if sends_on >= waves[wave_id].go_live_on - timedelta(days=HELD_DAYS_BEFORE)
    }


def waves_ahead(*conditions: ColumnElement[bool]) -> Sequence[Wave]:
    """Return the waves before their go-live that meet these conditions, by its day, with their programmes; gates are read of them."""
    asked = (
        select(Wave).join(Wave.programme).where(Wave.status.in_((WaveStatus.PLANNED, WaveStatus.READY)), *conditions)
    )
    return db.session.scalars(asked.options(contains_eager(Wave.programme)).order_by(Wave.go_live_on, Wave.id)).all()
