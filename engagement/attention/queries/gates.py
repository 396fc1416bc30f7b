"""What gates need of a reader: a decision, a look at one that opened again, or a condition whose day has passed."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import GateWaiting, Need, Needed, first, person
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.db import db
from engagement.programmes.models import Programme
from engagement.readiness.gate.models import GateApprover, GateCondition, GateDecision, GateReopening
from engagement.readiness.gate.queries.present import Gate, gates_of
from engagement.readiness.gate.queries.watching import gates_holding, waves_ahead
from engagement.readiness.gate.rules import ASKED_DAYS_BEFORE
from engagement.waves.models import Wave
from engagement.waves.queries import of_open_waves
from engagement.waves.scopes import waves_within
from engagement.words import days_away, short_day_words


def gates_to_decide(reader: Reader, on: date, limit: int) -> Needed:
    """Return the waves about whose go-live the reader has to decide: near it, or open again."""
    person_id = rights.judging(reader).person_id
    waves = _decided_by(person_id, on) if person_id is not None else []
    waiting = [
        gate
        for gate in gates_of(waves, on).values()
        if gate.waits(on) and person_id in {each.id for each in gate.unheard}
    ]

    def row(gate: Gate) -> Need:
        wave = gate.wave
        again = f"{gate.sentence} " if gate.reopening else ""
        words = f"{again}It goes live on {short_day_words(wave.go_live_on)}, {days_away(wave.go_live_on, on)}."
        return Need(
            Reason.GATE,
            Kind.GATE,
            wave.id,
            wave.title,
            Place.GATE,
            GateWaiting(words),
            since=gate.reopening.at if gate.reopening else None,
            by=wave.go_live_on,
            days_late=days_late(wave.go_live_on, on),
        )

    return first(Reason.GATE, waiting, row, limit)


def _decided_by(person_id: int, on: date) -> Sequence[Wave]:
    named = select(GateApprover.wave_id).where(GateApprover.person_id == person_id, GateApprover.ended_at.is_(None))
    opened = select(GateReopening.wave_id)
    near = Wave.go_live_on <= on + timedelta(days=ASKED_DAYS_BEFORE)
    mine = or_(Wave.sponsor_id == person_id, Programme.sponsor_id == person_id, Wave.id.in_(named))
    return waves_ahead(mine, or_(near, Wave.id.in_(opened)))


def gates_reopened(reader: Reader, on: date, limit: int) -> Needed:
    """Return the waves that the reader plans whose gate opened again and is not passed since, or says no-go."""
    found = gates_holding(on, waves_within(rights.planning(reader)))

    def row(gate: Gate) -> Need:
        wave = gate.wave
        since = gate.reopening.at if gate.reopening else None
        words = f"{gate.sentence} Messages around its go-live are held."
        late, by = days_late(wave.go_live_on, on), wave.go_live_on
        place = Place.READINESS
        return Need(Reason.REOPENED, Kind.GATE, wave.id, wave.title, place, GateWaiting(words), None, since, by, late)

    return first(Reason.REOPENED, found, row, limit)


def conditions_late(reader: Reader, on: date, limit: int) -> Needed:
    """Return conditions past their day: the reader's own, and those of waves that the reader plans."""
    planning, person_id = rights.planning(reader), rights.judging(reader).person_id
    rows = db.session.scalars(
        select(GateCondition)
        .join(GateDecision)
        .join(Wave)
        .where(
            GateCondition.settled_at.is_(None),
            GateCondition.due_on < on,
            GateDecision.ended_at.is_(None),
            of_open_waves(),
            or_(GateCondition.owner_id == (person_id or 0), waves_within(planning)),
        )
        .options(joinedload(GateCondition.owner), joinedload(GateCondition.decision).joinedload(GateDecision.wave))
        .order_by(GateCondition.due_on, GateCondition.id)
    )

    def row(found: GateCondition) -> Need:
        words = (
            f"A condition of {found.decision.wave.title}, by {found.owner.name} until {short_day_words(found.due_on)}."
        )
        late = days_late(found.due_on, on)
        return Need(
            Reason.CONDITION,
            Kind.CONDITION,
            found.id,
            found.text,
            Place.CONDITION,
            GateWaiting(words),
            person(found.owner),
            found.decision.decided_at,
            found.due_on,
            late,
        )

    return first(Reason.CONDITION, rows, row, limit)
