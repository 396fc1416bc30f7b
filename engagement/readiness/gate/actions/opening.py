"""Gates that open again by themselves when a criterion falls, and going on all the same."""

from datetime import date

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.actions.sending import hold_message
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.actions.writing import AGAIN, LAPSED, PAST
from engagement.readiness.gate.models import GateOverride, GateReopening
from engagement.readiness.gate.queries.present import gate_of
from engagement.readiness.gate.queries.watching import messages_around
from engagement.readiness.gate.rules import (
    LONGEST_OVERRIDE,
    LONGEST_TEXT,
    GateState,
    again_words,
    fallen_words,
    held_words,
)
from engagement.readiness.letters.actions import day_in_letter, write
from engagement.verbs import Verb
from engagement.waves.models import Wave


def reopen_gate(wave_id: int, on: date) -> bool:
    """Open the gate of a wave again if a counted criterion has fallen since it was decided; return whether it did.

    Its approvers are told once, by mail, and messages around its go-live are held. What was decided stays in the history.
    """
    wave = db.session.get_one(Wave, wave_id, with_for_update={"of": Wave})
    gate = gate_of(wave, on)
    if not gate.is_watched:
        return False
    found = gate.fallen(standings_of([wave], on)[wave.id], on)
    if not found:
        return False
    at, reason = clock.now(), fallen_words(found)
    for row in gate.decisions:
        row.ended_at = at
    db.session.add(GateReopening(wave_id=wave.id, reason=reason, at=at))
    audit.record(Verb.REOPENED_GATE, wave, by=audit.CLOCK, reason=(None, reason))
    db.session.flush()
    write(AGAIN, wave, gate.approvers, what=again_words(wave.title, found), reason=reason)
    for occurrence_id in messages_around([gate]):
        hold_message(occurrence_id, held_words(wave.title, GateState.REOPENED))
    return True


def go_past(wave: Wave, reason: str, until_on: date | None, *, on: date, by: Actor) -> GateOverride:
    """Let a wave go on without its gate until a day, and write that to who decides there. Raises BadInput without a reason or a day in reach, RuleBroken for a wave not ahead."""
    reason, problems = reason.strip(), {}
    if not wave.status.is_ahead:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}. No gate stands before it.")
    if not reason or len(reason) > LONGEST_TEXT:
        problems["reason"] = (
            f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(reason):,}."
            if reason
            else "Say why it goes on without. It stays on the page, with your name."
        )
    if until_on is None or not on <= until_on <= on + LONGEST_OVERRIDE:
        problems["until_on"] = (
            f"Choose a day from today on, at most {LONGEST_OVERRIDE.days} days ahead. After it the gate stands again."
        )
    if problems or until_on is None:
        raise BadInput(next(iter(problems.values())), problems)
    before = _lasting(wave)
    if before is not None:
        before.ended_at, before.ended_by_id = clock.now(), by.account_id
        db.session.flush()
    row = GateOverride(wave=wave, reason=reason, until_on=until_on, at=clock.now(), by_id=by.account_id)
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.WENT_PAST_GATE, wave, by=by, reason=(None, reason), until=(None, until_on))
    db.session.flush()
    write(PAST, wave, gate_of(wave, on).approvers, who=by.name, until=day_in_letter(until_on))
    return row


def _lasting(wave: Wave) -> GateOverride | None:
    return db.session.scalar(
        select(GateOverride).where(GateOverride.wave_id == wave.id, GateOverride.ended_at.is_(None))
    )


def end_override(row: GateOverride, *, by: Actor) -> None:
    """Let the gate stand again before the day. Raises RuleBroken if it was ended before."""
    if row.ended_at is not None:
        raise RuleBroken("The gate stands again already.")
    row.ended_at, row.ended_by_id = clock.now(), by.account_id
    audit.record(Verb.ENDED_OVERRIDE, row.wave, by=by, until=(row.until_on, None))
    db.session.flush()


def end_lapsed(gate_override_id: int, on: date) -> bool:
    """End leave to go on without a gate whose day has passed; return whether the gate stands again because of that.

    Then those who decide there and who gave the leave are told, once.
    """
    row = db.session.get_one(GateOverride, gate_override_id, with_for_update={"of": GateOverride})
    if row.ended_at is not None or row.until_on >= on:
        return False
    row.ended_at = clock.now()
    audit.record(Verb.ENDED_OVERRIDE, row.wave, by=audit.CLOCK, until=(row.until_on, None))
    db.session.flush()
    gate = gate_of(row.wave, on)
    if gate.lapsed != row:
        return False
    giver = row.by.person if row.by is not None else None
    others = [giver] if giver is not None and giver not in gate.approvers else []
    who = row.by.name if row.by is not None else "Somebody"
    write(LAPSED, row.wave, [*gate.approvers, *others], who=who, until=day_in_letter(row.until_on))
    return True
