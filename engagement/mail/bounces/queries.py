"""Reads of bounces and stopped addresses, and the condition that an address gets nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from engagement.addresses import kept_form
from engagement.db import db
from engagement.letters import search_words
from engagement.mail.bounces.models import Bounce, BounceMailbox, Suppression
from engagement.mail.bounces.rules.causes import SOFT, SOFT_COUNTS_FOR_DAYS, Cause
from engagement.people.models import Person
from engagement.searching import holds_words


def is_suppressed(address: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return the condition that an address of a row in a statement gets nothing; addresses are stored in one form."""
    return exists().where(Suppression.address == address, Suppression.lifted_at.is_(None))


def suppression_of(address: str) -> Suppression | None:
    """Return since when and why an address gets nothing, None if it gets mail."""
    here = (Suppression.address == kept_form(address), Suppression.lifted_at.is_(None))
    return db.session.scalar(select(Suppression).options(joinedload(Suppression.bounce)).where(*here))


def soft_moments(address: str, now: datetime) -> Sequence[datetime]:
    """Return when mail to an address came back "for now" of late, since the address was last let in again."""
    lifted = db.session.scalar(select(func.max(Suppression.lifted_at)).where(Suppression.address == address))
    counting = now - timedelta(days=SOFT_COUNTS_FOR_DAYS)
    since = max(lifted, counting) if lifted else counting
    soft = (Bounce.address == address, Bounce.cause.in_(SOFT), Bounce.counts.is_(True), Bounce.came_at > since)
    return db.session.scalars(select(Bounce.came_at).where(*soft)).all()


@dataclass(frozen=True)
class StoppedFilters:
    """The filters of the list of stopped addresses; `lifted` shows those that get mail again."""

    lifted: bool = False
    cause: Cause | None = None
    words: str = ""


def stopped_listed(filters: StoppedFilters) -> Select[Suppression]:
    """Return a SELECT of stopped addresses, the newest first, each with its person and the bounce that was enough."""
    is_lifted = Suppression.lifted_at.is_not(None)
    rows = (
        select(Suppression)
        .join(Suppression.bounce)
        .options(joinedload(Suppression.bounce), joinedload(Suppression.person))
        .where(is_lifted if filters.lifted else ~is_lifted)
    )
    if filters.cause is not None:
        rows = rows.where(Bounce.cause == filters.cause)
    words = search_words(filters.words)
    if words:
        people = select(Person.id).where(*(Person.searched_by.contains(word, autoescape=True) for word in words))
        rows = rows.where(or_(Suppression.person_id.in_(people), holds_words(words, Suppression.address)))
    return rows.order_by(Suppression.id.desc())


def bounces_listed(cause: Cause | None = None, words: str = "") -> Select[Bounce]:
    """Return a SELECT of what came back, the newest first."""
    rows = select(Bounce).options(joinedload(Bounce.person))
    if cause is not None:
        rows = rows.where(Bounce.cause == cause)
    return rows.where(holds_words(search_words(words), Bounce.address)).order_by(Bounce.id.desc())


def bounces_of_deliveries(delivery_ids: Sequence[int]) -> dict[int, Bounce]:
    """Return the newest bounce of each of these deliveries that has one."""
    rows = select(Bounce).where(Bounce.delivery_id.in_(delivery_ids)).order_by(Bounce.id)
    return {row.delivery_id: row for row in db.session.scalars(rows) if row.delivery_id is not None}


def stopped_number() -> int:
    """Return how many addresses get nothing that somebody in the directory has now."""
    here = Person.left_at.is_(None)
    stopped = select(func.count()).select_from(Person).where(here, is_suppressed(Person.email))
    return db.session.scalar(stopped) or 0


def old_bounces(before: datetime) -> Select[Bounce]:
    """Return a SELECT of the bounces that came before an instant and still hold an address or a text."""
    holds = or_(Bounce.address != "", Bounce.text != "")
    return select(Bounce).where(Bounce.came_at < before, holds)


def names_left() -> set[str]:
    """Return the names of the mails that were looked at in the mailbox of bounces and stay there."""
    rows = db.session.scalars(select(BounceMailbox.left_there))
    return {name for names in rows for name in names}
