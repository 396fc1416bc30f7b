"""Changes of sponsors' steps: planning, changing, saying what became of one. Each is a new dated line; earlier ones stay."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine
from engagement.stakeholders.leadership.rules import LONGEST_TEXT, StepKind, StepState
from engagement.verbs import Verb
from engagement.waves.models import Wave

WHY_MOVED = "Say why it moves. One line is enough; it stays beside the former day."


@dataclass(frozen=True)
class StepDetails:
    """What a step is, under the same names in its form and its row."""

    kind: StepKind
    what: str
    where: str
    due_on: date


def plan_step(place: Programme | Wave, person: Person, said: StepDetails, *, on: date, by: Actor) -> LeadershipStep:
    """Plan a step of a sponsor for a wave or a whole programme.

    Raises BadInput for a day before `on`, missing or too long words, or somebody who is no sponsor there; RuleBroken for a
    wave or programme that is over.
    """
    wave = place if isinstance(place, Wave) else None
    programme = wave.programme if wave is not None else place
    step = LeadershipStep(programme_id=programme.id, wave_id=wave.id if wave else None, programme=programme, wave=wave)
    if step.is_over:
        raise RuleBroken(f"{step.place_words} is over. Plan the step for another wave.")
    _refuse_stranger(step, person)
    _refuse(said, on=on)
    db.session.add(step)
    db.session.flush()
    line = StepLine(
        step_id=step.id,
        person_id=person.id,
        state=StepState.PLANNED,
        said_at=clock.now(),
        said_by_id=by.account_id,
        **_values(said),
    )
    db.session.add(line)
    db.session.flush()
    _record(Verb.PLANNED_STEP, line, by, **{name: (None, value) for name, value in _told(line).items()})
    return step


def _values(said: StepDetails) -> dict[str, Any]:
    return {"kind": said.kind, "what": said.what.strip(), "where": said.where.strip(), "due_on": said.due_on}


def _told(line: StepLine) -> dict[str, Any]:
    return {"step": line.kind.word, "day": line.due_on, "sponsor": line.person.name}


def _record(verb: Verb, line: StepLine, by: Actor, **changes: tuple[Any, Any]) -> None:
    audit.record(verb, audit.about(line.step, line.person), by=by, **changes)
    db.session.flush()


def _refuse_stranger(step: LeadershipStep, person: Person) -> None:
    if person not in (step.wave or step.programme).sponsors:
        sentence = f"{person.name} sponsors neither this wave nor its programme. Name them as sponsor first."
        raise BadInput(sentence, {"person": sentence})


def _refuse(said: StepDetails, *, on: date | None) -> None:
    problems: dict[str, str] = {}
    if not said.what.strip():
        problems["what"] = "Say in a line what it is about."
    if len(said.what) > LONGEST_TEXT:
        problems["what"] = f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(said.what):,}."
    if len(said.where) > 200:
        problems["where"] = "Say it in at most 200 characters."
    if said.kind is StepKind.VISIT and not said.where.strip():
        problems["where"] = "Say which team."
    if on is not None and said.due_on < on:
        problems["due_on"] = "Choose today or a later day."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)


def change_step(
    line: StepLine, person: Person, said: StepDetails, reason: str = "", *, on: date, by: Actor
) -> StepLine | None:
    """Change a planned step; a move to another day needs a reason. Return the new line, None if nothing changes.

    Raises BadInput as `plan_step` does, and without a reason for a move; RuleBroken for a step that is done or left out.
    """
    _refuse_settled(line)
    reason = _words(reason, "reason")
    values = {"person_id": person.id, **_values(said)}
    changes = audit.changes_between(line, values)
    if not changes:
        return None
    if person.id != line.person_id:
        _refuse_stranger(line.step, person)
    moves = "due_on" in changes
    _refuse(said, on=on if moves else None)
    if moves and not reason:
        raise BadInput(WHY_MOVED, {"reason": WHY_MOVED})
    before = _told(line)
    new = _say(line, by, words=reason, **values)
    told = {name: (before[name], value) for name, value in _told(new).items() if before[name] != value}
    _record(Verb.CHANGED_STEP, new, by, **told, **({"reason": (None, reason)} if reason else {}))
    return new


def finish_step(line: StepLine, note: str = "", *, by: Actor) -> StepLine:
    """Say that a step is done, and in a line how it went if they want. Twice changes nothing.

    Raises BadInput for a note that is too long, RuleBroken for a step that was left out.
    """
    if line.state is StepState.DONE:
        return line
    _refuse_settled(line)
    new = _say(line, by, state=StepState.DONE, words=_words(note, "note"))
    _record(Verb.FINISHED_STEP, new, by, step=(None, new.kind.word), day=(None, new.due_on))
    return new


def leave_out_step(line: StepLine, reason: str, *, by: Actor) -> StepLine:
    """Leave a step out, with the reason. Twice changes nothing. Raises BadInput without one, RuleBroken for a step that is done."""
    if line.state is StepState.LEFT_OUT:
        return line
    _refuse_settled(line)
    reason = _words(reason, "reason")
    if not reason:
        sentence = "Say why it is left out. One line is enough."
        raise BadInput(sentence, {"reason": sentence})
    new = _say(line, by, state=StepState.LEFT_OUT, words=reason)
    _record(Verb.LEFT_OUT_STEP, new, by, step=(None, new.kind.word), reason=(None, reason))
    return new


def take_back_step(line: StepLine, *, by: Actor) -> StepLine:
    """Take back that a step is done or left out: it is planned again, for its day. Twice changes nothing."""
    if line.state is StepState.PLANNED:
        return line
    new = _say(line, by, state=StepState.PLANNED, words="")
    _record(Verb.TOOK_BACK_STEP, new, by, step=(None, new.kind.word), day=(None, new.due_on))
    return new


def _say(line: StepLine, by: Actor, **values: Any) -> StepLine:
    now = clock.now()
    line.superseded_at = now
    db.session.flush()
    kept = ("step_id", "person_id", "kind", "what", "where", "due_on", "state")
    said = {name: getattr(line, name) for name in kept} | values
    new = StepLine(said_at=now, said_by_id=by.account_id, **said)
    db.session.add(new)
    db.session.flush()
    return new


def _refuse_settled(line: StepLine) -> None:
    if line.state is not StepState.PLANNED:
        raise RuleBroken(f"This step is {line.state.word.lower()} already. Take that back first.")


def _words(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            "This is too long.", {field: f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."}
        )
    return text
