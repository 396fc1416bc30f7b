"""Making, moving and closing promises. The audit never gets their words."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.commitments.models import Commitment, CommitmentMove
from engagement.stakeholders.commitments.queries.lists import promised_twice
from engagement.stakeholders.commitments.rules import LONGEST_TEXT, Outcome
from engagement.stakeholders.interactions.models import Interaction
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import on_the_map
from engagement.verbs import Verb

PROMISED_ONCE = "It was promised to two entries, which were merged, and stands once now."
WHY_MOVED = "Say why, for whoever waits for it. One line is enough."


def make_promise(
    stakeholder: Stakeholder,
    text: str,
    owner: Person,
    due_on: date,
    *,
    on: date,
    interaction: Interaction | None = None,
    by: Actor,
) -> Commitment:
    """Keep what was promised to a stakeholder, who has to keep it and by when.

    `on` is the author's present day. Raises BadInput without words, for a text that is too long or a day that has passed;
    RuleBroken for an owner who has left, or a stakeholder who is off the map.
    """
    text = text.strip()
    problems = _too_long({"text": text})
    if not text:
        problems["text"] = "Write what was promised, or what comes next. One line is enough."
    if due_on < on:
        problems["due_on"] = "This day has passed. Choose today or a later one."
    _refuse(problems)
    _refuse_leaver(owner)
    if db.session.scalar(select(Stakeholder.id).where(Stakeholder.id == stakeholder.id, on_the_map())) is None:
        raise RuleBroken(f"{stakeholder.title} was taken off the map. Put them back first.")
    row = Commitment(
        stakeholder=stakeholder,
        interaction_id=interaction.id if interaction else None,
        text=text,
        owner=owner,
        due_on=due_on,
        made_at=clock.now(),
        made_by_id=by.account_id,
    )
    db.session.add(row)
    audit.record(Verb.MADE_PROMISE, told_of(stakeholder), by=by, due=(None, due_on))
    db.session.flush()
    return row


def _too_long(texts: dict[str, str]) -> dict[str, str]:
    return {
        name: f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."
        for name, text in texts.items()
        if len(text) > LONGEST_TEXT
    }


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise BadInput(next(iter(problems.values())), problems)


def _refuse_leaver(owner: Person) -> None:
    if owner.has_left:
        raise RuleBroken(f"{owner.name} has left. Choose somebody who is here.")


def move_promise(
    commitment: Commitment, due_on: date, owner: Person, reason: str, *, on: date, by: Actor
) -> CommitmentMove | None:
    """Give a promise another day or owner; the former ones stay with the reason. Return None if nothing differs.

    Raises BadInput without a reason or for another day that has passed; RuleBroken for a closed promise or a leaver.
    """
    reason = reason.strip()
    if not commitment.is_open:
        raise RuleBroken("This promise is closed already.")
    if (due_on, owner.id) == (commitment.due_on, commitment.owner_id):
        return None
    problems = _too_long({"reason": reason})
    if not reason:
        problems["reason"] = WHY_MOVED
    if due_on != commitment.due_on and due_on < on:
        problems["due_on"] = "This day has passed. Choose today or a later one."
    _refuse(problems)
    _refuse_leaver(owner)
    move = CommitmentMove(
        commitment_id=commitment.id,
        former_on=commitment.due_on,
        due_on=due_on,
        former_owner_id=commitment.owner_id,
        owner_id=owner.id,
        reason=reason,
        moved_at=clock.now(),
        moved_by_id=by.account_id,
    )
    db.session.add(move)
    changes = {"due": (commitment.due_on, due_on)} if due_on != commitment.due_on else {}
    if owner.id != commitment.owner_id:
        # Whoever has it now was not reminded yet.
        commitment.reminded_for = None
    commitment.due_on, commitment.owner = due_on, owner
    audit.record(Verb.MOVED_PROMISE, told_of(commitment.stakeholder), by=by, **changes)
    db.session.flush()
    return move


def close_promise(commitment: Commitment, outcome: Outcome, words: str, *, by: Actor) -> None:
    """Say what came of a promise. Raises BadInput without a sentence, RuleBroken for one that is closed already."""
    words = words.strip()
    if not commitment.is_open:
        raise RuleBroken("Somebody has closed this promise already.")
    problems = _too_long({"outcome_words": words})
    if not words:
        problems["outcome_words"] = "Say what came of it. One sentence is enough."
    _refuse(problems)
    commitment.outcome, commitment.outcome_words = outcome, words
    commitment.closed_at, commitment.closed_by_id = clock.now(), by.account_id
    audit.record(Verb.CLOSED_PROMISE, told_of(commitment.stakeholder), by=by, outcome=(None, outcome))
    db.session.flush()


def close_promised_twice(stakeholder: Stakeholder, *, by: Actor) -> None:
    """Close what a stakeholder was promised twice in one talk, all but the first: two who took part in it are one by now."""
    for row in promised_twice(stakeholder.id):
        close_promise(row, Outcome.NO_LONGER_WANTED, PROMISED_ONCE, by=by)


def promise_to_all(
    parties: Sequence[Stakeholder],
    text: str,
    owner: Person,
    due_on: date,
    *,
    on: date,
    interaction: Interaction,
    by: Actor,
) -> None:
    """Keep what comes next after a talk, for each of those who took part."""
    for stakeholder in parties:
        make_promise(stakeholder, text, owner, due_on, on=on, interaction=interaction, by=by)
