"""Reads of the outbox: the delivery log, its counts, and what a person was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import joinedload

from engagement.addresses import kept_form
from engagement.db import db
from engagement.letters import search_words
from engagement.mail.confirmations.queries import has_confirmed
from engagement.mail.letters.rules.slots import Template, as_html, as_text, without_values
from engagement.mail.models import Delivery, Mailing, Translation
from engagement.mail.rules import OUTSIDE, READABLE, SETTLING, DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.searching import holds_words
from engagement.set_aside import SetAside


@dataclass(frozen=True)
class DeliveryFilters:
    """The filters of the delivery log; `words` are searched for in people's names and addresses, and in the names on
    letters to others.

    `confirmed` filters messages that ask for a confirmation by whether they got it; None doesn't filter. Sign-in mails
    are left out unless `with_sign_in` is set or the filter is for one of them.
    """

    state: DeliveryState | None = None
    confirmed: bool | None = None
    mailing_id: int | None = None
    person_id: int | None = None
    words: str = ""
    with_sign_in: bool = False


def outbox_counts(*, with_sign_in: bool = True) -> dict[DeliveryState, int]:
    """Return the number of deliveries in every state, 0 included, with or without sign-in mails."""
    counted = select(Delivery.state, func.count())
    return _by_state(counted if with_sign_in else counted.where(_IS_NO_SIGN_IN))


_IS_NO_SIGN_IN = Delivery.mailing_id.not_in(select(Mailing.id).where(Mailing.kind == MailingKind.SIGN_IN))


def delivery_counts(mailing_id: int) -> dict[DeliveryState, int]:
    """Return the number of deliveries of one mailing in every state, 0 included."""
    return _by_state(select(Delivery.state, func.count()).where(Delivery.mailing_id == mailing_id))


def newest_test_mail() -> Delivery | None:
    """Return the delivery of the last test copy or test mail, None without one."""
    tests = select(Delivery).join(Delivery.mailing).where(Mailing.kind == MailingKind.TEST_COPY)
    return db.session.scalar(tests.order_by(Delivery.id.desc()).limit(1))


def _by_state(counted: Select[DeliveryState, int]) -> dict[DeliveryState, int]:
    found = {row[0]: row[1] for row in db.session.execute(counted.group_by(Delivery.state))}
    return {state: found.get(state, 0) for state in DeliveryState}


def deliveries_listed(filters: DeliveryFilters) -> Select[Delivery]:
    """Return a SELECT of the delivery log, newest first, with each delivery's mailing and person."""
    query = select(Delivery).options(
        joinedload(Delivery.mailing), joinedload(Delivery.translation), joinedload(Delivery.person)
    )
    if filters.state is DeliveryState.QUEUED:
        query = query.where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.CLAIMED)))
    elif filters.state is not None:
        query = query.where(Delivery.state == filters.state)
    if filters.confirmed is not None:
        asks = Delivery.mailing_id.in_(select(Mailing.id).where(Mailing.asks_confirmation.is_(True)))
        has = has_confirmed() if filters.confirmed else ~has_confirmed()
        # Nobody outside the directory is asked.
        query = query.where(asks, Delivery.state.in_(READABLE), Delivery.person_id.is_not(None), has)
    if filters.mailing_id is not None:
        query = query.where(Delivery.mailing_id == filters.mailing_id)
    elif not filters.with_sign_in:
        query = query.where(_IS_NO_SIGN_IN)
    if filters.person_id is not None:
        query = query.where(Delivery.person_id == filters.person_id)
    words = search_words(filters.words)
    if words:
        people = select(Person.id)
        for word in words:
            people = people.where(Person.searched_by.contains(word, autoescape=True))
        # Those outside the directory have the name that stood on the letter.
        others = and_(Delivery.person_id.is_(None), holds_words(words, Delivery.name))
        query = query.where(or_(Delivery.person_id.in_(people), others, Delivery.address == kept_form(filters.words)))
    return query.order_by(Delivery.id.desc())


def translations_in(mailing_id: int) -> list[Translation]:
    """Return the translations of a mailing, by language and roles; without the texts for readers outside the directory."""
    rows = select(Translation).where(Translation.mailing_id == mailing_id, ~Translation.language.endswith(OUTSIDE))
    return list(db.session.scalars(rows.order_by(Translation.language, Translation.roles)))


def outside_letters(mailing_id: int) -> dict[str, Translation]:
    """Return the texts of a mailing for readers outside the directory, by language."""
    rows = select(Translation).where(Translation.mailing_id == mailing_id, Translation.language.endswith(OUTSIDE))
    return {row.language.removesuffix(OUTSIDE): row for row in db.session.scalars(rows)}


def letters_of(mailing: Mailing) -> list[Mailing | Translation]:
    """Return a mailing's texts in all languages and for all roles, its own first."""
    return [mailing, *translations_in(mailing.id)]


def whole_text_of(mailing: Mailing) -> str:
    """Return all text of a mailing that recipients may read, in all languages: its slots must be filled."""
    return "\n".join(part for each in letters_of(mailing) for part in (each.subject, each.text, each.html))


@dataclass(frozen=True)
class Waiting:
    """The number of deliveries that wait, and the instant (UTC) and zone (IANA) of the last one.

    `timezone` is None when that person has no own zone. Both are None when nobody waits.
    """

    number: int = 0
    last_at: datetime | None = None
    timezone: str | None = None


def waiting_for_hours(now: datetime, mailing_id: int | None = None, *, with_sign_in: bool = True) -> Waiting:
    """Return the deliveries that wait for working hours, of one mailing or of all (None), with or without sign-in mails."""
    waits = [Delivery.state == DeliveryState.QUEUED, Delivery.due_at > now]
    if mailing_id is not None:
        waits.append(Delivery.mailing_id == mailing_id)
    elif not with_sign_in:
        waits.append(_IS_NO_SIGN_IN)
    last = (
        select(Delivery.due_at, Person.timezone)
        .outerjoin(Delivery.person)
        .where(*waits)
        .order_by(Delivery.due_at.desc(), Delivery.id.desc())
        .limit(1)
    )
    row = db.session.execute(last).one_or_none()
    if row is None:
        return Waiting()
    counted = db.session.scalar(select(func.count()).select_from(Delivery).where(*waits)) or 0
    return Waiting(counted, row.due_at, row.timezone)


def due_count(now: datetime) -> int:
    """Return how many deliveries may be attempted now."""
    due = (Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED)), Delivery.due_at <= now)
    return db.session.scalar(select(func.count()).select_from(Delivery).where(*due, ~is_set_aside())) or 0


def is_set_aside() -> ColumnElement[bool]:
    """Return the condition that a delivery is passed over, because the database refused what became of it."""
    key = cast(Delivery.id, String)
    return exists().where(SetAside.line == SETTLING, SetAside.kind == Delivery.__tablename__, SetAside.key == key)


def why_set_aside(delivery_ids: Sequence[int]) -> dict[int, str]:
    """Return why deliveries are passed over, for those that are."""
    keys = [str(key) for key in delivery_ids]
    named = (SetAside.line == SETTLING, SetAside.kind == Delivery.__tablename__, SetAside.key.in_(keys))
    return {int(key): reason for key, reason in db.session.execute(select(SetAside.key, SetAside.reason).where(*named))}


def needs_decision() -> ColumnElement[bool]:
    """Return the condition that a delivery has an unknown outcome that a person has to decide about."""
    return and_(Delivery.state == DeliveryState.UNKNOWN, Delivery.decided_at.is_(None))


def undecided(mailing_id: int | None = None) -> int:
    """Return how many deliveries, of one mailing or of all, wait for such a decision."""
    one = () if mailing_id is None else (Delivery.mailing_id == mailing_id,)
    return db.session.scalar(select(func.count()).where(needs_decision(), *one)) or 0


def recent_mailings(limit: int = 50) -> list[Mailing]:
    """Return the latest mailings, newest first, without sign-in links and the like."""
    to_many = Mailing.kind.in_((MailingKind.COMMUNICATION, MailingKind.NOTICE))
    return list(db.session.scalars(select(Mailing).where(to_many).order_by(Mailing.id.desc()).limit(limit)))


def messages_to(person_id: int) -> Select[Delivery]:
    """Return a SELECT of the communications sent to a person, newest first, with their mailings.

    Deferred and refused mails are included: the person can read them in the service.
    """
    return (
        select(Delivery)
        .join(Delivery.mailing)
        .options(joinedload(Delivery.mailing), joinedload(Delivery.translation))
        .where(
            Delivery.person_id == person_id,
            Delivery.state.in_(READABLE),
            Mailing.kind == MailingKind.COMMUNICATION,
        )
        .order_by(Delivery.id.desc())
    )


def communications_to(person_id: int, limit: int) -> list[Delivery]:
    """Return the newest communications to a person, whatever became of them."""
    log = deliveries_listed(DeliveryFilters(person_id=person_id))
    sent = select(Mailing.id).where(Mailing.kind == MailingKind.COMMUNICATION)
    return list(db.session.scalars(log.where(Delivery.mailing_id.in_(sent)).limit(limit)))


def subject_for(delivery: Delivery) -> str:
    """Return the subject as this person got it; deleted values show as stand-ins."""
    return _filled(delivery, delivery.letter.subject, as_text(delivery.filled))


def text_for(delivery: Delivery) -> str:
    """Return the plain text as this person got it; links are paths of this service, without a sign-in in them."""
    return _filled(delivery, delivery.letter.text, as_text(delivery.filled))


def html_for(delivery: Delivery) -> str:
    """Return the HTML page as this person got it; links are paths of this service, without a sign-in in them."""
    return _filled(delivery, delivery.letter.html, as_html(delivery.filled))


def _filled(delivery: Delivery, text: str, values: Mapping[str, str]) -> str:
    return without_values(text) if delivery.is_emptied else Template(text).fill(values)
