"""Reads of the outbox: the delivery log, its counts, and what a person was sent."""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.mail.message import Template, as_html, as_text
from engagement.mail.models import Delivery, MailboxMessage, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.people.rules import search_text

#: States in which a message has left, or tried to: it can be read in the service, also where the mail was refused.
_READABLE = (DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)


@dataclass(frozen=True)
class DeliveryFilters:
    """What the delivery log is narrowed to. `words` are looked for in names and addresses of people."""

    state: DeliveryState | None = None
    mailing_id: int | None = None
    person_id: int | None = None
    words: str = ""


def outbox_counts() -> dict[DeliveryState, int]:
    """Return how many deliveries there are in every state, 0 included."""
    return _by_state(select(Delivery.state, func.count()))


def delivery_counts(mailing_id: int) -> dict[DeliveryState, int]:
    """Return how many deliveries of one mailing there are in every state, 0 included."""
    return _by_state(select(Delivery.state, func.count()).where(Delivery.mailing_id == mailing_id))


def _by_state(counted: Select[DeliveryState, int]) -> dict[DeliveryState, int]:
    found = {row[0]: row[1] for row in db.session.execute(counted.group_by(Delivery.state))}
    return {state: found.get(state, 0) for state in DeliveryState}


def deliveries_listed(filters: DeliveryFilters) -> Select[Delivery]:
    """Return the SELECT of the delivery log, newest first, with each delivery's mailing and person."""
    query = select(Delivery).options(joinedload(Delivery.mailing), joinedload(Delivery.person))
    if filters.state is DeliveryState.QUEUED:
        query = query.where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.CLAIMED)))
    elif filters.state is not None:
        query = query.where(Delivery.state == filters.state)
    if filters.mailing_id is not None:
        query = query.where(Delivery.mailing_id == filters.mailing_id)
    if filters.person_id is not None:
        query = query.where(Delivery.person_id == filters.person_id)
    words = search_text(filters.words).split()
    if words:
        people = select(Person.id)
        for word in words:
            people = people.where(Person.searched_by.contains(word, autoescape=True))
        query = query.where(or_(Delivery.person_id.in_(people), Delivery.address == filters.words.strip().lower()))
    return query.order_by(Delivery.id.desc())


def undecided() -> int:
    """Return how many deliveries are not certain and wait for a person's decision."""
    waiting = select(func.count()).where(Delivery.state == DeliveryState.UNKNOWN, Delivery.decided_at.is_(None))
    return db.session.scalar(waiting) or 0


def recent_mailings(limit: int = 50) -> list[Mailing]:
    """Return the mailings that were built last, newest first, without sign-in links and the like."""
    to_many = Mailing.kind.in_((MailingKind.COMMUNICATION, MailingKind.NOTICE))
    return list(db.session.scalars(select(Mailing).where(to_many).order_by(Mailing.id.desc()).limit(limit)))


def messages_to(person_id: int) -> Select[Delivery]:
    """Return the SELECT of the communications that a person was sent, newest first, with their mailings.

    Those whose mail was put off or refused are among them: they can be read in the service.
    """
    return (
        select(Delivery)
        .join(Delivery.mailing)
        .options(joinedload(Delivery.mailing))
        .where(
            Delivery.person_id == person_id,
            Delivery.state.in_(_READABLE),
            Mailing.kind == MailingKind.COMMUNICATION,
        )
        .order_by(Delivery.id.desc())
    )


def subject_for(delivery: Delivery) -> str:
    """Return the subject as this person got it."""
    return Template(delivery.mailing.subject).fill(as_text(delivery.filled))


def text_for(delivery: Delivery) -> str:
    """Return the plain text as this person got it; links are paths of this service, without a sign-in in them."""
    return Template(delivery.mailing.text).fill(as_text(delivery.filled))


def html_for(delivery: Delivery) -> str:
    """Return the HTML page as this person got it; links are paths of this service, without a sign-in in them."""
    return Template(delivery.mailing.html).fill(as_html(delivery.filled))


def mailbox_listed(words: str = "") -> Select[MailboxMessage]:
    """Return the SELECT of what the built-in mailbox received, newest first; `words` is part of a recipient's address."""
    query = select(MailboxMessage)
    if words.strip():
        query = query.where(func.lower(MailboxMessage.recipient).contains(words.strip().lower(), autoescape=True))
    return query.order_by(MailboxMessage.id.desc())
