"""How one relationship stands: the computed figure with its parts, and the judgement beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.models import HealthJudgement
from engagement.stakeholders.health.rules import (
    LOOKS_BACK_DAYS,
    MOST_TALKS,
    Part,
    contact_tenths,
    figure_of,
    promise_tenths,
    spoken_tenths,
)
from engagement.stakeholders.interactions.models import Interaction, InteractionParty, InteractionWording
from engagement.stakeholders.interactions.queries.timeline import holds_now
from engagement.stakeholders.interactions.rules import Sentiment
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.rules import LastContact
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.words import plural, short_day_words


@dataclass(frozen=True)
class HealthShown:
    """The figure in tenths (None: too little to go on) with its parts, and the judgement that holds now.

    `is_labelled` says whether a judgement may be stored; without it none is told.
    """

    figure: int | None
    parts: Sequence[Part]
    judgement: HealthJudgement | None
    is_labelled: bool


def health_shown(stakeholder: Stakeholder, contact: LastContact, on: date, *, labelled: bool) -> HealthShown:
    """Return how the relationship with a stakeholder stands on a day; `labelled` is what `is_labelled` says of them."""
    parts = [_contact(contact, on), _promises(stakeholder.id, on)]
    parts += [_spoken(stakeholder.id, on)] if labelled else []
    return HealthShown(figure_of(parts), parts, judgement_of(stakeholder.id) if labelled else None, labelled)


def _contact(contact: LastContact, on: date) -> Part:
    days = contact.every.days if contact.every else None
    if contact.last_on is None or days is None or contact.every is None:
        missing = "no contact is logged" if contact.last_on is None else "no rhythm is said"
        return Part("Contact", f"Not known: {missing}.", None, 4)
    late = contact.days_late(on)
    when = f"{plural(late, 'day', 'days')} late" if late else "in time"
    last = short_day_words(contact.last_on, with_year=contact.last_on.year != on.year)
    return Part("Contact", f"Last on {last}, {contact.every.word.lower()}: {when}.", contact_tenths(late, days), 4)


def _promises(stakeholder_id: int, on: date) -> Part:
    rows = db.session.execute(
        select(Commitment.outcome, Commitment.due_on).where(
            Commitment.stakeholder_id == stakeholder_id,
            Commitment.due_on > on - timedelta(days=LOOKS_BACK_DAYS),
        )
    ).all()
    kept = sum(outcome is Outcome.KEPT for outcome, _ in rows)
    missed = sum(outcome is Outcome.NOT_KEPT or (outcome is None and due_on < on) for outcome, due_on in rows)
    due = kept + missed
    words = (
        f"{kept} of {due} kept, of those due in the last {LOOKS_BACK_DAYS} days." if due else "Not known: none was due."
    )
    return Part("Promises", words, promise_tenths(kept, due), 3)


def _spoken(stakeholder_id: int, on: date) -> Part:
    # A talk in which somebody without a post took part tells nothing, as on its page.
    bare = (
        select(InteractionParty.interaction_id)
        .join(Stakeholder, Stakeholder.id == InteractionParty.stakeholder_id)
        .where(~may_be_labelled(on))
    )
    spoke: Sequence[Sentiment] = [
        each
        for each in db.session.scalars(
            select(InteractionWording.sentiment)
            .join(Interaction, holds_now())
            .join(InteractionParty, InteractionParty.interaction_id == Interaction.id)
            .where(
                InteractionParty.stakeholder_id == stakeholder_id,
                InteractionWording.sentiment.is_not(None),
                InteractionWording.happened_on > on - timedelta(days=LOOKS_BACK_DAYS),
                InteractionWording.happened_on <= on,
                Interaction.id.not_in(bare),
            )
            .order_by(InteractionWording.happened_on.desc(), Interaction.id.desc())
            .limit(MOST_TALKS)
        )
        if each is not None
    ]
    words = (
        f"In the newest talks: {', '.join(each.word.lower() for each in spoke)}."
        if spoke
        else "Not known: no talk says so."
    )
    return Part("How they spoke", words, spoken_tenths(spoke), 3)


def judgement_of(stakeholder_id: int) -> HealthJudgement | None:
    """Return the judgement that holds now, None if nobody made one."""
    now = (HealthJudgement.stakeholder_id == stakeholder_id, HealthJudgement.superseded_at.is_(None))
    return db.session.scalar(select(HealthJudgement).where(*now).options(joinedload(HealthJudgement.said_by)))


def judgements_to_forget(on: date) -> list[int]:
    """Return the ids of people whose judgements are stored, although they hold no post on a day any more."""
    judged = select(HealthJudgement.stakeholder_id)
    asked = select(Stakeholder.id).where(Stakeholder.id.in_(judged), ~may_be_labelled(on))
    return list(db.session.scalars(asked.order_by(Stakeholder.id)))
