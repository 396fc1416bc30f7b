"""Deciding at the gate, naming who is heard, and settling conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, NotAllowed, RuleBroken
from engagement.people.models import Person
from engagement.readiness.criteria.queries.standing import Standing, standings_of
from engagement.readiness.gate.actions.telling import tell_of_conditions
from engagement.readiness.gate.actions.writing import NAMED, by_words
from engagement.readiness.gate.models import GateApprover, GateCondition, GateDecision, GateValue
from engagement.readiness.gate.queries.present import decider_of, gate_of
from engagement.readiness.gate.rules import LONGEST_CONDITION, LONGEST_TEXT, MOST_CONDITIONS, Choice
from engagement.readiness.letters.actions import write
from engagement.readiness.scopes import is_still_asked
from engagement.verbs import Verb
from engagement.waves.models import Wave
from engagement.words import short_day_words

CHANGED = (
    "A criterion stands otherwise than when you opened the page. Look at the criteria as they are now, then decide. "
    "What you wrote is kept."
)


@dataclass(frozen=True)
class ConditionSaid:
    """A condition as its form says it; `place` is its place in the form."""

    text: str
    owner: Person | None
    due_on: date | None
    place: int = 1


@dataclass(frozen=True)
class DecisionSaid:
    """A decision as its form says it; `choice` is None where nothing was chosen."""

    choice: Choice | None
    reason: str
    conditions: Sequence[ConditionSaid] = ()


def states_seen(criteria: Sequence[Standing]) -> str:
    """Return where each criterion stands, as one short text that a form remembers."""
    return " ".join(sorted(f"{each.name}={each.state.value}" for each in criteria))


def decide(
    wave: Wave,
    approver: Person,
    said: DecisionSaid,
    *,
    seen: str,
    on: date,
    floor: int,
    by: Actor,
) -> GateDecision:
    """Decide whether a wave goes on, and keep the criteria as they stand; it takes the place of what they decided before.

    `seen` is `states_seen` of the page that they decided on, `floor` the one with which its sentences were written. Raises NotAllowed
    for somebody who is no approver, RuleBroken for a wave that is live or over, or criteria that changed meanwhile, BadInput
    for a missing choice or reason and for wrong conditions.
    """
    if not wave.status.is_ahead:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}. Nothing is decided before its go-live any more.")
    gate = gate_of(wave, on)
    if approver not in gate.approvers:
        raise NotAllowed(f"You are not among those who decide about {wave.title}.")
    criteria = standings_of([wave], on, floor=floor)[wave.id].criteria
    problems = _problems(said, on, max(wave.go_live_on, on) + LONGEST_CONDITION)
    choice, conditions = said.choice, said.conditions
    if problems or choice is None:
        raise BadInput(next(iter(problems.values())), problems)
    if states_seen(criteria) != seen:
        raise RuleBroken(CHANGED)
    former = _end_former(wave, approver)
    row = GateDecision(
        wave=wave,
        approver=approver,
        choice=choice,
        reason=said.reason.strip(),
        go_live_on=wave.go_live_on,
        decided_at=clock.now(),
        decided_by_id=by.account_id,
    )
    db.session.add(row)
    db.session.flush()
    _freeze(row, criteria)
    _add_conditions(row, conditions if choice is Choice.CONDITIONS else ())
    audit.record(Verb.DECIDED_GATE, row, by=by, **_changes(row, former, conditions))
    db.session.flush()
    tell_of_conditions(gate_of(wave, on), former)
    return row


def _changes(
    row: GateDecision, former: GateDecision | None, conditions: Sequence[ConditionSaid]
) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {
        "decision": (former.choice.word if former else None, row.choice.word),
        "reason": (None, row.reason),
    }
    if row.choice is Choice.CONDITIONS:
        changes["conditions"] = (None, [each.text.strip() for each in conditions])
    return changes


def _end_former(wave: Wave, approver: Person) -> GateDecision | None:
    """End what an approver decided before and return it, None if that is nothing."""
    before = db.session.scalar(
        select(GateDecision).where(
            GateDecision.wave_id == wave.id, GateDecision.approver_id == approver.id, GateDecision.ended_at.is_(None)
        )
    )
    if before is None:
        return None
    before.ended_at = clock.now()
    db.session.flush()
    return before


def _problems(said: DecisionSaid, on: date, latest: date) -> dict[str, str]:
    problems = {}
    choice, reason, conditions = said.choice, said.reason.strip(), said.conditions
    if choice is None:
        problems["choice"] = "Choose one."
    if not reason:
        problems["reason"] = "Say why. It stays beside the decision, with your name and the day."
    elif len(reason) > LONGEST_TEXT:
        problems["reason"] = _too_long(reason)
    if choice is Choice.CONDITIONS and not conditions:
        problems["text_1"] = "Write at least one condition, or choose go."
    if choice is not None and choice is not Choice.CONDITIONS and conditions:
        problems["choice"] = "You wrote a condition. Choose “Go, with conditions”, or empty what you wrote below."
    if len(conditions) > MOST_CONDITIONS:
        problems["choice"] = f"At most {MOST_CONDITIONS} conditions fit. Put together what belongs together."
    for each in conditions:
        problems |= _condition_problems(each, on, latest)
    return problems


def _condition_problems(said: ConditionSaid, on: date, latest: date) -> dict[str, str]:
    problems = {}
    if not said.text.strip():
        problems[f"text_{said.place}"] = "Write what has to be done."
    elif len(said.text) > LONGEST_TEXT:
        problems[f"text_{said.place}"] = _too_long(said.text)
    if said.owner is None:
        problems[f"owner_{said.place}"] = "Name who does it."
    elif said.owner.has_left:
        problems[f"owner_{said.place}"] = f"{said.owner.name} has left. Choose somebody who is here."
    if said.due_on is None:
        problems[f"due_{said.place}"] = "Choose a day."
    elif said.due_on < on:
        problems[f"due_{said.place}"] = "That day has passed. Choose today or a day ahead."
    elif said.due_on > latest:
        problems[f"due_{said.place}"] = (
            f"That is more than {LONGEST_CONDITION.days} days after the go-live. Choose {short_day_words(latest)} or a day before it."
        )
    return problems


def _too_long(text: str) -> str:
    return f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."


def _freeze(row: GateDecision, criteria: Sequence[Standing]) -> None:
    db.session.add_all(
        GateValue(
            decision_id=row.id,
            kind=each.kind,
            name=each.name,
            title=each.title,
            sentence=each.sentence,
            state=each.state,
            met=each.met,
            total=each.total,
            need=each.need,
        )
        for each in criteria
    )


def _add_conditions(row: GateDecision, conditions: Sequence[ConditionSaid]) -> None:
    db.session.add_all(
        GateCondition(decision=row, text=each.text.strip(), owner=each.owner, due_on=each.due_on) for each in conditions
    )
    db.session.flush()


def name_approver(wave: Wave, person: Person, *, by: Actor) -> GateApprover:
    """Name somebody who is heard at the gate. Raises BadInput for a leaver or an approver, RuleBroken for a wave that is not ahead."""
    if not wave.status.is_ahead:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}. Nobody decides about its go-live any more.")
    problem = ""
    if person.has_left:
        problem = f"{person.name} has left. Choose somebody who is here."
    elif person == decider_of(wave) or any(row.person_id == person.id for row in _approvers(wave)):
        problem = f"{person.name} decides here already."
    if problem:
        raise BadInput(problem, {"person": problem})
    row = GateApprover(wave=wave, person=person, named_at=clock.now(), named_by_id=by.account_id)
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.NAMED_APPROVER, audit.about(wave, person), by=by, approver=(None, person.name))
    db.session.flush()
    write(NAMED, wave, [person], by=by_words(wave, clock.now().date()))
    return row


def _approvers(wave: Wave) -> Sequence[GateApprover]:
    return db.session.scalars(
        select(GateApprover).where(GateApprover.wave_id == wave.id, GateApprover.ended_at.is_(None))
    ).all()


def end_approver(row: GateApprover, *, by: Actor) -> None:
    """Say that somebody is no longer heard at the gate; what they decided stays in its history. Raises RuleBroken if that was said before."""
    if row.ended_at is not None:
        raise RuleBroken(f"{row.person.name} is no longer an approver.")
    row.ended_at, row.ended_by_id = clock.now(), by.account_id
    audit.record(Verb.ENDED_APPROVER, audit.about(row.wave, row.person), by=by, approver=(row.person.name, None))
    db.session.flush()


def settle_condition(row: GateCondition, note: str, *, by: Actor) -> None:
    """Say what was done about a condition. Raises BadInput without a note, RuleBroken if it is settled already or asked no more."""
    note = note.strip()
    if not row.is_open:
        raise RuleBroken("This condition is settled already.")
    if not is_still_asked(row.decision):
        raise RuleBroken(
            f"{row.decision.approver.name} decided anew. This condition went with the former decision, and is asked no more."
        )
    if not note or len(note) > LONGEST_TEXT:
        problem = _too_long(note) if note else "Say what was done, in a sentence."
        raise BadInput(problem, {"note": problem})
    row.settled_note, row.settled_at, row.settled_by_id = note, clock.now(), by.account_id
    audit.record(Verb.SETTLED_CONDITION, row, by=by, condition=(row.text, None), settled=(None, note))
    db.session.flush()
