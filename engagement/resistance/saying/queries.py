"""What a sender may read: their own named concerns, and the text of a receipt code; and mornings on which many wrote."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.resistance.models import Concern, ConcernStep
from engagement.resistance.rules import LeftOut
from engagement.resistance.saying.models import Letter
from engagement.resistance.saying.rules import receipt_hash


def kept_under(code: str, *, secret: str) -> Concern | Letter | None:
    """Return the concern or waiting letter of this receipt code; None for any other text."""
    hashed = receipt_hash(secret, code)
    concern = db.session.scalar(select(Concern).where(Concern.receipt_hash == hashed))
    return concern or db.session.scalar(select(Letter).where(Letter.receipt_hash == hashed))


def waiting_reply(concern: Concern) -> Letter | None:
    """Return an anonymous sender's reply that waits in the letterbox."""
    return db.session.scalar(select(Letter).where(Letter.concern_id == concern.id))


def concerns_of_sender(person_id: int | None, account_id: int) -> list[Concern]:
    """Return somebody's named concerns, the newest first; anonymous ones belong to nobody."""
    rows = select(Concern).where(_said_by(person_id, account_id)).options(joinedload(Concern.wave))
    return list(db.session.scalars(rows.order_by(Concern.received_at.desc(), Concern.id)))


def news_for_sender(person_id: int, account_id: int, since: datetime) -> list[Concern]:
    """Return somebody's named concerns with a step or answer by the change team since then, the newest first."""
    steps = exists().where(ConcernStep.concern_id == Concern.id, ConcernStep.at >= since)
    rows = select(Concern).where(_said_by(person_id, account_id), steps)
    return list(db.session.scalars(rows.order_by(Concern.received_at.desc(), Concern.id)))


def _said_by(person_id: int | None, account_id: int) -> ColumnElement[bool]:
    if person_id is not None:
        return Concern.person_id == person_id
    return and_(Concern.logged_by_id == account_id, Concern.submission.is_not(None))


@dataclass(frozen=True)
class Flood:
    """The anonymous concerns of one morning's flood, and whether somebody decided to leave them out."""

    on: date
    number: int
    is_left_out: bool


def floods(readable: ColumnElement[bool], since: date) -> list[Flood]:
    """Return undecided floods, and those left out since a day, the oldest first."""
    left_out = and_(Concern.left_out == LeftOut.DECIDED, Concern.received_on >= since)
    counted = (
        select(Concern.received_on, Concern.left_out, func.count())
        .where(readable, or_(Concern.left_out == LeftOut.FLOOD, left_out))
        .group_by(Concern.received_on, Concern.left_out)
        .order_by(Concern.received_on)
    )
    return [Flood(on, number, why is LeftOut.DECIDED) for on, why, number in db.session.execute(counted)]
