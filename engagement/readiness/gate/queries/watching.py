"""What is looked at before go-lives: gates whose criteria have fallen, who is to be asked, and messages that wait behind gates."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, union_all
from sqlalchemy.orm import contains_eager

from engagement.communications.models import Occurrence
from engagement.communications.queries.due import approved_of_waves
from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.models import GateApprover, GateAsking, GateDecision, GateOverride, GateReopening
from engagement.readiness.gate.queries.present import Gate, gates_of
from engagement.readiness.gate.rules import ASKED_DAYS_BEFORE, HELD_DAYS_BEFORE, Choice
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

#: Before these stands a gate.
AHEAD = (WaveStatus.PLANNED, WaveStatus.READY)


def gates_fallen(on: date) -> list[int]:
    """Return the waves ahead that were decided and have a counted criterion that has fallen since; counted together."""
    decided = select(GateDecision.wave_id).where(GateDecision.ended_at.is_(None))
    gates = gates_of(waves_ahead(Wave.id.in_(decided)), on)
    watched = [gate.wave for gate in gates.values() if gate.is_watched]
    standing = standings_of(watched, on) if watched else {}
    return [wave.id for wave in watched if gates[wave.id].fallen(standing[wave.id], on)]


def approvers_to_ask(on: date, *conditions: ColumnElement[bool]) -> dict[int, list[Person]]:
    """Return who is to be written to because a go-live is near and they have not decided, by wave; nobody twice for one day.

    Who was named in these days, or told that the gate opened again, knows.
    """
    soon = Wave.go_live_on.between(on, on + timedelta(days=ASKED_DAYS_BEFORE))
    gates = [gate for gate in gates_of(waves_ahead(soon, *conditions), on).values() if gate.waits(on)]
    told = _told_of([gate.wave for gate in gates])
    found = {}
    for gate in gates:
        from_on = gate.wave.go_live_on - timedelta(days=ASKED_DAYS_BEFORE)
        if gate.reopening is not None and gate.reopening.at.date() >= from_on:
            continue
        known = {person_id for wave_id, person_id, at in told if wave_id == gate.wave.id and at.date() >= from_on}
        people = [person for person in gate.unheard if person.id not in known]
        if people:
            found[gate.wave.id] = people
    return found


def _told_of(waves: Sequence[Wave]) -> Sequence[tuple[int, int, datetime]]:
    """Return who was named or asked for a decision about these waves, and when."""
    ids = [wave.id for wave in waves]
    named = select(GateApprover.wave_id, GateApprover.person_id, GateApprover.named_at)
    asked = select(GateAsking.wave_id, GateAsking.person_id, GateAsking.at)
    both = union_all(named.where(GateApprover.wave_id.in_(ids)), asked.where(GateAsking.wave_id.in_(ids)))
    return [(wave_id, person_id, at) for wave_id, person_id, at in db.session.execute(both)] if ids else []


def messages_behind_gates(on: date) -> dict[int, Gate]:
    """Return the approved messages around the go-live of waves whose gate holds them, each with that gate."""
    return messages_around(gates_holding(on))


def gates_holding(on: date, *conditions: ColumnElement[bool]) -> list[Gate]:
    """Return the gates that hold messages, of waves that meet these conditions, by go-live."""
    gates = gates_of(waves_ahead(_may_hold(), *conditions), on).values()
    return [gate for gate in gates if gate.state.holds_messages]


def gates_in_the_way(on: date, *conditions: ColumnElement[bool]) -> list[Gate]:
    """Return the gates that hold messages, and those that stand again because leave to go on without them ran out, by go-live."""
    ran_out = Wave.id.in_(select(GateOverride.wave_id).where(GateOverride.until_on < on))
    gates = gates_of(waves_ahead(or_(_may_hold(), ran_out), *conditions), on).values()
    return [gate for gate in gates if gate.state.holds_messages or gate.lapsed is not None]


def _may_hold() -> ColumnElement[bool]:
    refused = (GateDecision.choice == Choice.NO_GO, GateDecision.ended_at.is_(None))
    return or_(Wave.id.in_(select(GateReopening.wave_id)), Wave.id.in_(select(GateDecision.wave_id).where(*refused)))


def overrides_run_out(on: date) -> list[int]:
    """Return the leaves to go on without a gate whose day has passed and that nobody was told of yet."""
    asked = select(GateOverride.id).where(GateOverride.ended_at.is_(None), GateOverride.until_on < on)
    return list(db.session.scalars(asked.order_by(GateOverride.id)))


def gate_that_holds(message: Occurrence, on: date) -> Gate | None:
    """Return the gate that holds a message once it is approved; None if none does. One statement where nothing may hold it."""
    wave = message.communication.wave
    if wave is None or message.is_kept or not _is_around(wave, message.sends_on):
        return None
    return next(iter(gates_holding(on, Wave.id == wave.id)), None)


def _is_around(wave: Wave, sends_on: date) -> bool:
    return sends_on >= wave.go_live_on - timedelta(days=HELD_DAYS_BEFORE)


def messages_around(holding: Sequence[Gate]) -> dict[int, Gate]:
    """Return the approved messages around the go-live of the waves of these gates, each with its gate."""
    if not holding:
        return {}
    gates = {gate.wave.id: gate for gate in holding}
    return {
        occurrence_id: gates[wave_id]
        for occurrence_id, wave_id, sends_on in approved_of_waves(list(gates))
        if _is_around(gates[wave_id].wave, sends_on)
    }


def waves_ahead(*conditions: ColumnElement[bool]) -> Sequence[Wave]:
    """Return the waves before their go-live that meet these conditions, by its day, with their programmes; gates are read of them."""
    asked = select(Wave).join(Wave.programme).where(Wave.status.in_(AHEAD), *conditions)
    return db.session.scalars(asked.options(contains_eager(Wave.programme)).order_by(Wave.go_live_on, Wave.id)).all()
