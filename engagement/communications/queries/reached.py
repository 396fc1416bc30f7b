"""Sent messages with two counts: intended recipients, and copies accepted by mail servers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import defer, joinedload

from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.calendar import with_owner, with_wave
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState


@dataclass(frozen=True)
class WentOut:
    """A message that went out, and to how many people it was made out."""

    occurrence: Occurrence
    subject: str

    @property
    def people(self) -> int:
        return self.occurrence.reached or 0

    @property
    def queued_at(self) -> datetime:
        """When it was handed to delivery."""
        return self.occurrence.queued_at or self.occurrence.sends_at


@dataclass(frozen=True)
class Reached(WentOut):
    """A message that went out: it has `recipients`; mail servers accepted `sent` copies."""

    recipients: int
    sent: int

    @property
    def asks_question(self) -> bool:
        """Whether its readers are asked a question where they confirm it."""
        mailing = self.occurrence.mailing
        return mailing is not None and mailing.asks_confirmation and self.occurrence.asked.is_begun


#: What a copy is that no mail server accepted.
_NOT_SENT = [state for state in DeliveryState if state is not DeliveryState.SENT]


def last_sent(wave_id: int, limit: int) -> list[WentOut]:
    """Return the latest sent messages of a wave, the newest first, without counting what became of every copy."""
    occurrences = list(db.session.scalars(_of_wave(), {"wave": wave_id, "limit": limit}))
    subjects = subjects_shown(occurrences)
    return [WentOut(occurrence, subjects[occurrence.id]) for occurrence in occurrences]


# Making a long statement anew costs more than running it.
@cache
def _of_wave() -> Select[Occurrence]:
    return _sent(with_owner(), Communication.wave_id == bindparam("wave"))


def _sent(query: Select[Occurrence], of: ColumnElement[bool]) -> Select[Occurrence]:
    # Texts are long, and lists show none.
    sent = query.where(of, Occurrence.mailing_id.is_not(None)).options(defer(Occurrence.body))
    return sent.order_by(Occurrence.queued_at.desc(), Occurrence.id.desc()).limit(bindparam("limit"))


def messages_out(programme_id: int, limit: int) -> list[Reached]:
    """Return the latest sent messages of a programme and its waves, the newest first.

    How many copies there are was noted as they were made; only those that no server has accepted are counted, which are few.
    """
    occurrences = list(db.session.scalars(_of_programme(), {"programme": programme_id, "limit": limit}))
    unnoted = _copies([o.mailing_id for o in occurrences if o.mailing_id and o.reached is None], DeliveryState)
    unsent = _copies([o.mailing_id for o in occurrences if o.mailing_id], _NOT_SENT)
    subjects = subjects_shown(occurrences)
    found = []
    for occurrence in occurrences:
        key = occurrence.mailing_id or 0
        recipients = unnoted.get(key, 0) if occurrence.reached is None else occurrence.reached
        found.append(Reached(occurrence, subjects[occurrence.id], recipients, recipients - unsent.get(key, 0)))
    return found


@cache
def _of_programme() -> Select[Occurrence]:
    asks = joinedload(Occurrence.mailing).load_only(Mailing.asks_confirmation)
    return _sent(with_wave().options(asks), Communication.programme_id == bindparam("programme"))


def _copies(mailing_ids: Collection[int], states: Iterable[DeliveryState]) -> dict[int, int]:
    """Return how many copies of each mailing are in these states, in one query; none for no mailing."""
    if not mailing_ids:
        return {}
    given = {"mailings": list(mailing_ids), "states": list(states)}
    return dict(db.session.execute(_counted_copies(), given).all())


@cache
def _counted_copies() -> Select[int, int]:
    copies = select(Delivery.mailing_id, func.count()).where(
        Delivery.mailing_id.in_(bindparam("mailings", expanding=True)),
        Delivery.state.in_(bindparam("states", expanding=True)),
    )
    return copies.group_by(Delivery.mailing_id)
