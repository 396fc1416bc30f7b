"""Changes of interactions: logging, correcting, withdrawing, and forgetting sentiments that must not be kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Person
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.interactions.models import Interaction, InteractionParty, InteractionWording
from engagement.stakeholders.interactions.queries.timeline import parties_of, wording_of
from engagement.stakeholders.interactions.rules import LONGEST_NOTES, LONGEST_TOPICS, MOST_PARTIES, Said
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import on_the_map
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.verbs import Verb

NO_SENTIMENT = "How an employee without a post in the change feels isn’t stored under their name. Leave this empty."


def log_interaction(parties: Sequence[Stakeholder], said: Said, *, on: date, by: Actor) -> Interaction:
    """Keep what was said with these stakeholders; its words are in no audit entry.

    `on` is the author's present day. Raises BadInput for nobody, too many, no notes, a text that is too long, a day to
    come, or a sentiment where an attitude must not be stored; RuleBroken for somebody who is off the map.
    """
    parties = list({each.id: each for each in parties}.values())
    if not 0 < len(parties) <= MOST_PARTIES:
        sentence = f"Name at most {MOST_PARTIES}." if parties else "Name at least one stakeholder."
        raise BadInput(sentence, {"parties": sentence})
    _refuse_removed(parties)
    said = _fit(said, parties, on)
    now = clock.now()
    interaction = Interaction(logged_at=now, logged_by_id=by.account_id)
    db.session.add(interaction)
    db.session.flush()
    db.session.add_all(InteractionParty(interaction_id=interaction.id, stakeholder_id=each.id) for each in parties)
    _say(interaction, said, by)
    _record(Verb.LOGGED_INTERACTION, parties, by)
    return interaction


def _refuse_removed(parties: Sequence[Stakeholder]) -> None:
    here = set(db.session.scalars(select(Stakeholder.id).where(Stakeholder.id.in_(_ids(parties)), on_the_map())))
    gone = [each for each in parties if each.id not in here]
    if gone:
        raise RuleBroken(f"{gone[0].title} was taken off the map. Put them back first.")


def _ids(parties: Sequence[Stakeholder]) -> list[int]:
    return [each.id for each in parties]


def _fit(said: Said, parties: Sequence[Stakeholder], on: date) -> Said:
    said = replace(said, notes=said.notes.strip(), topics=clean(said.topics))
    problems = {}
    if not said.notes:
        problems["notes"] = "Write what was said. One sentence is enough."
    if len(said.notes) > LONGEST_NOTES:
        problems["notes"] = f"Shorten this to {LONGEST_NOTES:,} characters; it has {len(said.notes):,}."
    if len(said.topics) > LONGEST_TOPICS:
        problems["topics"] = f"Shorten this to {LONGEST_TOPICS} characters; it has {len(said.topics):,}."
    if said.happened_on > on:
        problems["happened_on"] = "This day is still to come. Log it when it has happened."
    if said.sentiment is not None and not all_labelled(parties, on):
        problems["sentiment"] = NO_SENTIMENT
    colleague = db.session.get(Person, said.colleague_id) if said.colleague_id else None
    if colleague is not None and colleague.erased_at is not None:
        problems["colleague"] = "Choose somebody who is in the directory."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    return said


def all_labelled(parties: Sequence[Stakeholder], on: date) -> bool:
    """Return whether an attitude may be stored of every one of them on a day."""
    ids = _ids(parties)
    labelled = select(Stakeholder.id).where(Stakeholder.id.in_(ids), may_be_labelled(on))
    return set(db.session.scalars(labelled)) == set(ids)


def _say(interaction: Interaction, said: Said, by: Actor) -> None:
    db.session.add(
        InteractionWording(
            interaction_id=interaction.id,
            channel=said.channel,
            happened_on=said.happened_on,
            began_at=said.began_at,
            notes=said.notes,
            topics=said.topics,
            sentiment=said.sentiment,
            colleague_id=said.colleague_id,
            said_at=clock.now(),
            said_by_id=by.account_id,
        )
    )
    db.session.flush()


def _record(verb: Verb, parties: Sequence[Stakeholder], by: Actor) -> None:
    for stakeholder in parties:
        audit.record(verb, told_of(stakeholder), by=by)
    db.session.flush()


def correct_interaction(interaction: Interaction, said: Said, *, on: date, by: Actor) -> bool:
    """Say an interaction anew; the former wording stays. Return whether anything differs.

    Raises what `log_interaction` does, and RuleBroken for a withdrawn one.
    """
    if interaction.withdrawn_at is not None:
        raise RuleBroken("This was withdrawn, and its words are gone. Log it anew instead.")
    parties = parties_of(interaction.id)
    said = _fit(said, parties, on)
    old = wording_of(interaction.id)
    if said == old.said:
        return False
    old.superseded_at = clock.now()
    db.session.flush()
    _say(interaction, said, by)
    _record(Verb.CORRECTED_INTERACTION, parties, by)
    return True


def withdraw_interaction(interaction: Interaction, *, by: Actor) -> None:
    """Withdraw an interaction: every wording is emptied, the record that there was one stays. Twice changes nothing."""
    if interaction.withdrawn_at is not None:
        return
    interaction.withdrawn_at, interaction.withdrawn_by_id = clock.now(), by.account_id
    db.session.flush()
    empty_wordings([interaction.id])
    _record(Verb.WITHDREW_INTERACTION, parties_of(interaction.id), by)


def empty_wordings(interaction_ids: Sequence[int]) -> None:
    """Delete the words of interactions; that they took place stays."""
    emptied = {"notes": "", "topics": "", "sentiment": None}
    rows_changed(
        update(InteractionWording).where(InteractionWording.interaction_id.in_(interaction_ids)).values(emptied)
    )
    db.session.expire_all()


def forget_sentiment(interaction_id: int, on: date) -> bool:
    """Delete the sentiment of an interaction with somebody who holds no post on a day any more, in every wording."""
    parties = parties_of(interaction_id)
    if all_labelled(parties, on):
        return False
    here = (InteractionWording.interaction_id == interaction_id, InteractionWording.sentiment.is_not(None))
    if not rows_changed(update(InteractionWording).where(*here).values(sentiment=None)):
        return False
    db.session.expire_all()
    _record(Verb.FORGOT_SENTIMENT, parties, audit.CLOCK)
    return True
