"""Sent messages with three counts: intended recipients, copies accepted by mail servers, and confirmations."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from engagement.communications.models import Occurrence
from engagement.communications.queries.calendar import with_communication
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.db import db
from engagement.mail.confirmations.queries import Confirmations, confirmations_of
from engagement.mail.models import Delivery
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
    """A message that went out: it has `recipients`; mail servers accepted `sent` copies.

    `confirmations` is None when the message asks for none, or no copy was sent yet.
    """

    recipients: int
    sent: int
    confirmations: Confirmations | None


def last_sent(of: ColumnElement[bool], limit: int) -> list[WentOut]:
    """Return the latest sent messages, the newest first, without counting what became of every copy."""
    occurrences = _newest(of, limit)
    subjects = subjects_shown(occurrences)
    return [WentOut(occurrence, subjects[occurrence.id]) for occurrence in occurrences]


def _newest(of: ColumnElement[bool], limit: int) -> list[Occurrence]:
    query = with_communication().where(of, Occurrence.mailing_id.is_not(None))
    return list(db.session.scalars(query.order_by(Occurrence.queued_at.desc(), Occurrence.id.desc()).limit(limit)))


def messages_out(of: ColumnElement[bool], limit: int) -> list[Reached]:
    """Return the latest sent messages of the communications that meet the condition, the newest first."""
    occurrences = _newest(of, limit)
    mailings = [occurrence.mailing_id for occurrence in occurrences if occurrence.mailing_id]
    counted = {
        mailing_id: (recipients, sent)
        for mailing_id, recipients, sent in db.session.execute(
            select(Delivery.mailing_id, func.count(), func.count().filter(Delivery.state == DeliveryState.SENT))
            .where(Delivery.mailing_id.in_(mailings))
            .group_by(Delivery.mailing_id)
        )
    }
    asking = [o.mailing_id for o in occurrences if o.mailing_id and o.asks_confirmation]
    confirmed = confirmations_of(asking) if asking else {}
    subjects = subjects_shown(occurrences)
    return [
        Reached(o, subjects[o.id], *counted.get(o.mailing_id or 0, (0, 0)), confirmed.get(o.mailing_id or 0))
        for o in occurrences
    ]
