"""What a sender may read: their own concerns with a name, and what belongs to a receipt code."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.resistance.models import Concern, ConcernStep
from engagement.resistance.saying.models import Letter
from engagement.resistance.saying.rules import receipt_hash


def kept_under(code: str, *, secret: str) -> Concern | Letter | None:
    """Return what this receipt code belongs to: a concern, or a letter that waits to be handed over; None for other texts."""
    hashed = receipt_hash(secret, code)
    concern = db.session.scalar(select(Concern).where(Concern.receipt_hash == hashed))
    return concern or db.session.scalar(select(Letter).where(Letter.receipt_hash == hashed))


def waiting_reply(concern: Concern) -> Letter | None:
    """Return the reply of an anonymous sender that waits in the letterbox."""
    return db.session.scalar(select(Letter).where(Letter.concern_id == concern.id))


def concerns_of_sender(person_id: int | None, account_id: int) -> list[Concern]:
    """Return what somebody said with their name, the newest first; anonymous ones belong to nobody."""
    rows = select(Concern).where(_said_by(person_id, account_id)).options(joinedload(Concern.wave))
    return list(db.session.scalars(rows.order_by(Concern.received_at.desc(), Concern.id)))


def news_for_sender(person_id: int, account_id: int, since: datetime) -> list[Concern]:
    """Return what somebody said with their name about which the change team did something since then, the newest first."""
    steps = exists().where(ConcernStep.concern_id == Concern.id, ConcernStep.at >= since)
    rows = select(Concern).where(_said_by(person_id, account_id), steps)
    return list(db.session.scalars(rows.order_by(Concern.received_at.desc(), Concern.id)))


def _said_by(person_id: int | None, account_id: int) -> ColumnElement[bool]:
    if person_id is not None:
        return Concern.person_id == person_id
    return and_(Concern.logged_by_id == account_id, Concern.submission.is_not(None))
