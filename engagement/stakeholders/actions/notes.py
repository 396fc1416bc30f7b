"""Private notes about stakeholders, and deleting the words written about an erased person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput
from engagement.people.models import Person
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.commitments.models import Commitment, CommitmentMove
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.models import HealthJudgement
from engagement.stakeholders.interactions.models import InteractionParty, InteractionWording
from engagement.stakeholders.models import (
    Stakeholder,
    StakeholderNote,
    StakeholderPlace,
    StakeholderProfile,
    StakeholderRemoval,
)
from engagement.stakeholders.rules import LONGEST_TEXT
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.verbs import Verb

#: What is written of somebody who is erased, and what stands there afterwards.
_EMPTIED: dict[Any, dict[str, str | None]] = {
    StakeholderProfile: {"role": "", "represents": ""},
    StakeholderNote: {"text": ""},
    StakeholderRemoval: {"reason": ""},
    StakeholderStanding: {"reason": "", "impact": None, "level_now": None, "level_wanted": None},
}


def write_note(stakeholder: Stakeholder, text: str, *, by: Actor) -> StakeholderNote:
    """Save a private note about a stakeholder; its words are in no audit entry. Raises BadInput without words."""
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT:
        sentence = "Write the note first." if not text else f"Shorten this to {LONGEST_TEXT:,} characters."
        raise BadInput(sentence, {"text": sentence})
    note = StakeholderNote(stakeholder_id=stakeholder.id, text=text, written_at=clock.now(), author_id=by.account_id)
    db.session.add(note)
    audit.record(Verb.WROTE_NOTE, told_of(stakeholder), by=by)
    db.session.flush()
    return note


def withdraw_note(note: StakeholderNote, *, by: Actor) -> None:
    """Withdraw a note: its words are deleted, the record that there was one stays. Doing it twice changes nothing."""
    if note.withdrawn_at is not None:
        return
    note.text, note.withdrawn_at, note.withdrawn_by_id = "", clock.now(), by.account_id
    stakeholder = db.session.get_one(Stakeholder, note.stakeholder_id)
    audit.record(Verb.WITHDREW_NOTE, told_of(stakeholder), by=by)
    db.session.flush()


def forget_words_about(person: Person) -> None:
    """Delete what was written about an erased person."""
    forget_words_of(db.session.scalars(select(Stakeholder.id).where(Stakeholder.person_id == person.id)).all())


def forget_words_of(stakeholder_ids: Sequence[int]) -> None:
    """Delete roles, reasons, labels, private notes, talks and promises of stakeholders; dates, groups and places stay.

    What was said with others too keeps its words, which are about the others as well, but not how they spoke.
    """
    for table, emptied in _EMPTIED.items():
        rows_changed(update(table).where(table.stakeholder_id.in_(stakeholder_ids)).values(emptied))
    _end_promises_to(stakeholder_ids)
    rows_changed(delete(HealthJudgement).where(HealthJudgement.stakeholder_id.in_(stakeholder_ids)))
    took_part = select(InteractionParty.interaction_id).where(InteractionParty.stakeholder_id.in_(stakeholder_ids))
    # Erased outsiders have no place any more.
    placed = select(StakeholderPlace.stakeholder_id).where(StakeholderPlace.ended_at.is_(None))
    with_others = (
        select(InteractionParty.interaction_id)
        .join(Stakeholder, Stakeholder.id == InteractionParty.stakeholder_id)
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .where(Stakeholder.id.not_in(stakeholder_ids), Person.erased_at.is_(None), Stakeholder.id.in_(placed))
    )
    talks = InteractionWording.interaction_id.in_(took_part)
    rows_changed(update(InteractionWording).where(talks).values(sentiment=None))
    alone = InteractionWording.interaction_id.not_in(with_others)
    rows_changed(update(InteractionWording).where(talks, alone).values(notes="", topics=""))


def _end_promises_to(stakeholder_ids: Sequence[int]) -> None:
    """Delete the words of promises to these stakeholders; those that were open end, because nobody waits for them."""
    theirs = Commitment.stakeholder_id.in_(stakeholder_ids)
    still = (theirs, Commitment.closed_at.is_(None))
    ended = {"outcome": Outcome.NO_LONGER_WANTED, "closed_at": clock.now()}
    rows_changed(update(Commitment).where(*still).values(ended))
    rows_changed(update(Commitment).where(theirs).values(text="", outcome_words=""))
    promised = select(Commitment.id).where(theirs)
    rows_changed(update(CommitmentMove).where(CommitmentMove.commitment_id.in_(promised)).values(reason=""))
