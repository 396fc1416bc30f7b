"""Confirmations of having read a message: who has confirmed and who has not."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing, Reminder
from engagement.mail.rules import READABLE, DeliveryState
from engagement.people.models import Person


def acknowledged_at(deliveries: Iterable[Delivery]) -> dict[int, datetime]:
    """Return when each of these deliveries was confirmed, by id, in one query; unconfirmed ones have no entry."""
    ids = [delivery.id for delivery in deliveries]
    rows = (
        select(Delivery.id, Acknowledgement.acknowledged_at).join(Acknowledgement, _same()).where(Delivery.id.in_(ids))
    )
    return dict(db.session.execute(rows).all()) if ids else {}


def _same() -> ColumnElement[bool]:
    return and_(Acknowledgement.mailing_id == Delivery.mailing_id, Acknowledgement.person_id == Delivery.person_id)


def has_confirmed() -> ColumnElement[bool]:
    """Return the condition on `Delivery` that its recipient has confirmed the mailing."""
    return exists().where(_same())


@dataclass(frozen=True)
class Confirmations:
    """How many people were `asked` to confirm a message and how many have `confirmed` it.

    Both include people who left since, so that the share doesn't fall when people leave.
    """

    confirmed: int
    asked: int

    @property
    def share(self) -> float | None:
        """The share who have confirmed, 0 to 1; None when nobody was asked yet."""
        return self.confirmed / self.asked if self.asked else None


#: What a copy is that its reader can't read yet, or no more.
_UNREADABLE = [state for state in DeliveryState if state not in READABLE]


def confirmations_of(copies: Mapping[int, int]) -> dict[int, Confirmations]:
    """Return the confirmations of mailings, of each of which so many `copies` were made, in one query.

    A mailing that nobody could read yet has no entry. Only the copies that ask nobody are counted, which are few: going through
    all of them took a hundred times as long. Confirmations are counted by themselves, as nobody confirms what was not theirs to read.
    """
    of_mailing = Delivery.mailing_id == Mailing.id
    stopped = and_(
        _is_stopped_after_a_try(), exists().where(Person.id == Delivery.person_id, Person.left_at.is_not(None))
    )
    counted = select(
        Mailing.id,
        _number(Acknowledgement.mailing_id == Mailing.id),
        _number(of_mailing, Delivery.state.in_(_UNREADABLE), ~has_confirmed(), ~stopped),
        _number(of_mailing, Delivery.state.in_(READABLE), Delivery.person_id.is_(None)),
    ).where(Mailing.id.in_(copies))
    found = {}
    for mailing_id, confirmed, unread_copies, outside in db.session.execute(counted):
        asked = copies[mailing_id] - unread_copies - outside
        if asked:
            found[mailing_id] = Confirmations(confirmed, asked)
    return found


def _number(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*where).correlate(Mailing).scalar_subquery()


def _is_stopped_after_a_try() -> ColumnElement[bool]:
    """Return the condition for copies that were tried, and then stopped, such as because the reader left."""
    return and_(Delivery.state == DeliveryState.SUPPRESSED, Delivery.attempted_at.is_not(None))


def left_unconfirmed(mailing_id: int) -> int:
    """Return how many people who were asked to confirm a mailing left without having done so."""
    left = select(Person.id).where(Person.left_at.is_not(None))
    theirs = (Delivery.mailing_id == mailing_id, Delivery.person_id.in_(left), ~has_confirmed())
    asked = or_(Delivery.state.in_(READABLE), _is_stopped_after_a_try())
    return db.session.scalar(select(func.count()).where(*theirs, asked)) or 0


def unconfirmed(mailing_id: int) -> Select[Delivery]:
    """Return a SELECT of unconfirmed deliveries by name, with people and departments."""
    return (
        select(Delivery)
        .join(Delivery.person)
        .options(joinedload(Delivery.person).joinedload(Person.department))
        .where(
            Delivery.mailing_id == mailing_id,
            Delivery.state.in_(READABLE),
            Person.left_at.is_(None),
            ~has_confirmed(),
        )
        .order_by(Person.sorted_by, Person.id)
    )


def to_confirm(person_id: int) -> Select[Delivery]:
    """Return a SELECT of the messages sent to a person that they have not confirmed, the oldest first."""
    return (
        select(Delivery)
        .join(Delivery.mailing)
        .options(joinedload(Delivery.mailing), joinedload(Delivery.translation))
        .where(
            Delivery.person_id == person_id,
            Delivery.state.in_(READABLE),
            Mailing.asks_confirmation.is_(True),
            ~has_confirmed(),
        )
        .order_by(Delivery.id)
    )


def reminded(mailing_id: int, people: Sequence[int]) -> dict[int, int]:
    """Return the number of reminders sent to each of these people; people without one have no entry."""
    counted = (
        select(Delivery.person_id, func.count())
        .join(Reminder, Reminder.mailing_id == Delivery.mailing_id)
        .where(
            Reminder.of_mailing_id == mailing_id,
            Delivery.person_id.in_(people),
            Delivery.state == DeliveryState.SENT,
        )
        .group_by(Delivery.person_id)
    )
    return {person_id: number for person_id, number in db.session.execute(counted) if person_id is not None}


def reminder_of(mailing_id: int, number: int) -> Mailing | None:
    """Return the reminder of a mailing with this number, counted from 1; None before there is one."""
    return db.session.scalar(
        select(Mailing)
        .join(Reminder, Reminder.mailing_id == Mailing.id)
        .where(Reminder.of_mailing_id == mailing_id, Reminder.number == number)
    )


def due_for_reminder(mailing_id: int, number: int, sent_until: datetime) -> Select[int]:
    """Return a SELECT of the ids of people to whom reminder `number` of a mailing is due and not queued.

    They were sent the mailing or its previous reminder at `sent_until` or earlier, have not confirmed, and have not
    left.
    """
    before: ColumnElement[bool] = Delivery.mailing_id == mailing_id
    if number > 1:
        last = reminder_of(mailing_id, number - 1)
        before = Delivery.mailing_id == (last.id if last else None)
    this = reminder_of(mailing_id, number)
    queued = select(Delivery.person_id).where(Delivery.mailing_id == (this.id if this else None))
    confirmed = select(Acknowledgement.person_id).where(Acknowledgement.mailing_id == mailing_id)
    return (
        select(Person.id)
        .join(Delivery, Delivery.person_id == Person.id)
        .where(
            before,
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at <= sent_until,
            Person.left_at.is_(None),
            Person.id.not_in(confirmed),
            Person.id.not_in(queued.where(Delivery.person_id.is_not(None))),
        )
    )


def who_was_asked(mailing_id: int) -> Select[int | None]:
    """Return a SELECT of the ids of people who were sent a mailing that asks for a confirmation."""
    return select(Delivery.person_id).where(Delivery.mailing_id == mailing_id, _asks(), Delivery.person_id.is_not(None))


def _asks() -> ColumnElement[bool]:
    asking = select(Mailing.id).where(Mailing.asks_confirmation.is_(True))
    return and_(Delivery.state.in_(READABLE), Delivery.mailing_id.in_(asking))


def who_confirmed(mailing_id: int) -> Select[int]:
    """Return a SELECT of the ids of people who confirmed a mailing."""
    return select(Acknowledgement.person_id).where(Acknowledgement.mailing_id == mailing_id)


def asked_of(person_id: int) -> frozenset[int]:
    """Return the ids of the mailings that a person was sent and asked to confirm."""
    return frozenset(db.session.scalars(select(Delivery.mailing_id).where(Delivery.person_id == person_id, _asks())))


def confirmed_by(person_id: int) -> frozenset[int]:
    """Return the ids of the mailings that a person confirmed."""
    rows = select(Acknowledgement.mailing_id).where(Acknowledgement.person_id == person_id)
    return frozenset(db.session.scalars(rows))


def titles_to_confirm(besides: Set[int] = frozenset(), limit: int = 100) -> dict[int, str]:
    """Return titles, by id, of the newest mailings that ask for a confirmation, and of those in `besides`."""
    asks = select(Mailing.id, Mailing.title).where(Mailing.asks_confirmation.is_(True)).order_by(Mailing.id.desc())
    last = dict(db.session.execute(asks.limit(limit)).all())
    missing = besides - last.keys()
    return last | dict(db.session.execute(asks.where(Mailing.id.in_(missing))).all()) if missing else last
