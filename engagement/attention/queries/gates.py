"""What gates need of a reader: a decision, a look at one that opened again, a condition, or a judgement."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import GateWaiting, Need, Needed, first, person
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.db import db
from engagement.programmes.models import Programme
from engagement.readiness.criteria.models import Criterion, CriterionTerms, Judgement
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.gate.models import GateApprover, GateCondition, GateDecision, GateReopening
from engagement.readiness.gate.queries.present import Gate, gates_of
from engagement.readiness.gate.queries.watching import AHEAD, gates_in_the_way, waves_ahead
from engagement.readiness.gate.rules import ASKED_DAYS_BEFORE, decide_by
from engagement.readiness.scopes import still_asked
from engagement.waves.models import Wave
from engagement.waves.queries import of_open_waves
from engagement.waves.scopes import waves_within
from engagement.words import days_away, plural, short_day_words


def asked_at_gates(reader: Reader, on: date, limit: int) -> tuple[Needed, Needed, Needed]:
    """Return the decisions, the conditions and the criteria to judge that wait for the reader themself, for a page without other tasks.

    It is one statement where there are none.
    """
    person_id = rights.judging(reader).person_id or 0
    decides, has_conditions, judges = db.session.execute(
        select(
            exists().where(Wave.programme_id == Programme.id, Wave.status.in_(AHEAD), _decides(person_id)),
            exists().where(GateCondition.owner_id == person_id, GateCondition.settled_at.is_(None)),
            exists().where(
                CriterionTerms.criterion_id == Criterion.id, Criterion.wave_id == Wave.id, *_to_judge(person_id)
            ),
        )
    ).one()
    return (
        gates_to_decide(reader, on, limit) if decides else Needed(Reason.GATE, 0, []),
        conditions_open(reader, on, limit, of_others=False) if has_conditions else Needed(Reason.CONDITION, 0, []),
        criteria_to_judge(reader, on, limit) if judges else Needed(Reason.JUDGE, 0, []),
    )


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
        again = f"{gate.sentence} " if gate.reopening or gate.lapsed else ""
        words = f"{again}{_by_words(gate, on)}"
        return Need(
            Reason.GATE,
            Kind.GATE,
            wave.id,
            wave.title,
            Place.GATE,
            GateWaiting(words),
            since=gate.reopening.at if gate.reopening else None,
            by=gate.decide_by_on,
            days_late=days_late(gate.decide_by_on, on),
        )

    return first(Reason.GATE, waiting, row, limit)


def _by_words(gate: Gate, on: date) -> str:
    """Say when it is to go live, and by when that is to be decided."""
    day, by = gate.wave.go_live_on, gate.decide_by_on
    goes = f"It goes live on {short_day_words(day)}, {days_away(day, on)}."
    if by >= on:
        return f"{goes} Decide by {short_day_words(by)}: what goes out from then on depends on it."
    return f"{goes} It was to be decided by {short_day_words(by)}: what goes out since then depends on it."


def _decided_by(person_id: int, on: date) -> Sequence[Wave]:
    opened = select(GateReopening.wave_id)
    near = Wave.go_live_on <= on + timedelta(days=ASKED_DAYS_BEFORE)
    return waves_ahead(_decides(person_id), or_(near, Wave.id.in_(opened)))


def _decides(person_id: int) -> ColumnElement[bool]:
    named = select(GateApprover.wave_id).where(GateApprover.person_id == person_id, GateApprover.ended_at.is_(None))
    return or_(Wave.sponsor_id == person_id, Programme.sponsor_id == person_id, Wave.id.in_(named))


def criteria_to_judge(reader: Reader, on: date, limit: int) -> Needed:
    """Return the criteria of waves ahead that the reader is named to judge, and has not judged."""
    rows = db.session.scalars(
        select(CriterionTerms)
        .join(CriterionTerms.criterion)
        .join(Criterion.wave)
        .where(*_to_judge(rights.judging(reader).person_id or 0))
        .options(contains_eager(CriterionTerms.criterion).contains_eager(Criterion.wave))
        .order_by(Wave.go_live_on, CriterionTerms.id)
    )

    def row(found: CriterionTerms) -> Need:
        wave = found.criterion.wave
        by = decide_by(wave.go_live_on)
        words = f"You judge it for {wave.title}, until {short_day_words(by)}: the go-live is decided with it."
        late = days_late(by, on)
        said = GateWaiting(f"{words} {plural(late, 'day', 'days')} late." if late else words)
        key = f"{wave.id} own-{found.criterion_id}"
        return Need(Reason.JUDGE, Kind.CRITERION, key, found.title, Place.JUDGE, said, None, found.said_at, by, late)

    return first(Reason.JUDGE, rows, row, limit)


def _to_judge(person_id: int) -> tuple[ColumnElement[bool], ...]:
    judged = exists().where(Judgement.criterion_id == CriterionTerms.criterion_id, Judgement.superseded_at.is_(None))
    return (
        CriterionTerms.owner_id == person_id,
        CriterionTerms.superseded_at.is_(None),
        CriterionTerms.left_out == "",
        Criterion.kind == CriterionKind.OWN,
        Wave.status.in_(AHEAD),
        ~judged,
    )


def gates_reopened(reader: Reader, on: date, limit: int) -> Needed:
    """Return the waves that the reader plans whose gate opened again and is not passed since, says no-go, or stands again."""
    found = gates_in_the_way(on, waves_within(rights.planning(reader)))

    def row(gate: Gate) -> Need:
        wave = gate.wave
        since = gate.reopening.at if gate.reopening else None
        words = f"{gate.sentence} Messages around its go-live are held." if gate.state.holds_messages else gate.sentence
        late, by = days_late(gate.decide_by_on, on), gate.decide_by_on
        place = Place.READINESS
        return Need(Reason.REOPENED, Kind.GATE, wave.id, wave.title, place, GateWaiting(words), None, since, by, late)

    return first(Reason.REOPENED, found, row, limit)


def conditions_open(reader: Reader, on: date, limit: int, *, of_others: bool = True) -> Needed:
    """Return conditions that nobody has settled: the reader's own; `of_others`, past their day, those they set and of waves they plan."""
    planning, person_id = rights.planning(reader), rights.judging(reader).person_id or 0
    late = and_(GateCondition.due_on < on, or_(GateDecision.approver_id == person_id, waves_within(planning)))
    rows = db.session.scalars(
        select(GateCondition)
        .join(GateDecision)
        .join(Wave)
        .where(
            GateCondition.settled_at.is_(None),
            still_asked(),
            of_open_waves(),
            or_(GateCondition.owner_id == person_id, *([late] if of_others else [])),
        )
        .options(joinedload(GateCondition.owner), joinedload(GateCondition.decision).joinedload(GateDecision.wave))
        .order_by(GateCondition.due_on, GateCondition.id)
    )

    def row(found: GateCondition) -> Need:
        who, day = "you" if found.owner_id == person_id else found.owner.name, short_day_words(found.due_on)
        words = f"A condition of {found.decision.wave.title}, by {who} until {day}."
        late = days_late(found.due_on, on)
        return Need(
            Reason.CONDITION,
            Kind.CONDITION,
            found.id,
            found.text,
            Place.CONDITION,
            GateWaiting(f"{words} {plural(late, 'day', 'days')} late." if late else words),
            person(found.owner),
            found.decision.decided_at,
            found.due_on,
            late,
        )

    return first(Reason.CONDITION, rows, row, limit)
