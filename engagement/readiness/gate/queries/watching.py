"""What the clock looks at: decided gates whose criteria have fallen, and messages that wait behind gates that are open again."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from engagement.communications.queries.due import approved_of_waves
from engagement.db import db
from engagement.programmes.models import Programme
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.models import GateDecision, GateReopening
from engagement.readiness.gate.queries.present import gates_of
from engagement.readiness.gate.rules import HELD_DAYS_BEFORE, GateState
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


def gates_fallen(on: date) -> list[int]:
    """Return the waves ahead that were decided and have a counted criterion that has fallen since; counted together."""
    decided = select(GateDecision.wave_id).where(GateDecision.ended_at.is_(None))
    gates = gates_of(_ahead(Wave.id.in_(decided)), on)
    watched = [gate.wave for gate in gates.values() if gate.is_watched]
    standing = standings_of(watched, on) if watched else {}
    return [wave.id for wave in watched if gates[wave.id].fallen(standing[wave.id], on)]


def messages_behind_gates(on: date) -> dict[int, Wave]:
    """Return the approved messages around the go-live of waves whose gate is open again, each with its wave."""
    opened = select(GateReopening.wave_id)
    gates = gates_of(_ahead(Wave.id.in_(opened)), on).values()
    waves = {gate.wave.id: gate.wave for gate in gates if gate.state is GateState.REOPENED}
    if not waves:
        return {}
    return {
        occurrence_id: waves[wave_id]
        for occurrence_id, wave_id, sends_on in approved_of_waves(list(waves))
        if sends_on >= waves[wave_id].go_live_on - timedelta(days=HELD_DAYS_BEFORE)
    }


def _ahead(condition: ColumnElement[bool]) -> Sequence[Wave]:
    names = (joinedload(Wave.programme).joinedload(Programme.sponsor), joinedload(Wave.sponsor))
    asked = select(Wave).where(Wave.status.in_((WaveStatus.PLANNED, WaveStatus.READY)), condition)
    return db.session.scalars(asked.options(*names).order_by(Wave.id)).all()
