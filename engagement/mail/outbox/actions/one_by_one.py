"""What the database refuses of one delivery keeps no other from being sent: that one is set aside with the reason."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, exists, select
from sqlalchemy.exc import DBAPIError

from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.claiming import Claimed, Released
from engagement.mail.outbox.actions.recording import record
from engagement.mail.outbox.queries import expired_claims
from engagement.mail.outbox.rules import Settled
from engagement.mail.queries import is_set_aside
from engagement.mail.rules import SETTLING, DeliveryState
from engagement.set_aside import SetAside, is_database_away, set_aside, why_it_failed

log = structlog.get_logger("engagement.mail")
#: What concerns a single row: the database refuses it, or SQLite holds what is no value of its column.
OF_ONE_ROW = (DBAPIError, ValueError)


def something_is_set_aside(connection: Connection) -> bool:
    """Return whether any delivery is set aside. Commits, so that no transaction stays open."""
    named = (SetAside.line == SETTLING, SetAside.kind == Delivery.__tablename__)
    found = bool(connection.scalar(select(exists().where(*named))))
    connection.commit()
    return found


def claim_each(connection: Connection, worker: str, size: int, now: datetime) -> list[Claimed]:
    """Claim some of what is due, each by itself, and set aside what can't be claimed. Commits."""
    waits = Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED))
    due = select(Delivery.id).where(waits, Delivery.due_at <= now, ~is_set_aside())
    ordered = due.order_by(Delivery.is_urgent.desc(), Delivery.due_at, Delivery.id).limit(size)
    window: list[Claimed] = []
    # Where all of some are set aside, others wait behind them.
    while not window and (found := list(connection.scalars(ordered))):
        connection.commit()
        for delivery_id in found:
            try:
                window += claiming.claim_one(connection, worker, delivery_id, now)
            except OF_ONE_ROW as error:
                connection.rollback()
                _leave(connection, delivery_id, error)
            connection.commit()
    connection.commit()
    return window


def record_each(connection: Connection, worker: str, rows: Sequence[Settled]) -> None:
    """Write what became of deliveries, each by itself, and set aside of which it can't be written. Commits."""
    for row in rows:
        try:
            record(connection, worker, [row])
        except OF_ONE_ROW as error:
            connection.rollback()
            # It stays as it is. Tried again it shows as unknown, and a person decides.
            _leave(connection, row.id, error, f"What became of it could not be written down: {row.state.word}. ")
        connection.commit()


def take_over(now: datetime) -> Released:
    """Take over the deliveries of dead workers, and set aside what can't be. Commits."""
    try:
        released = claiming.release_expired(now)
        db.session.commit()
        return released
    except DBAPIError as error:
        if is_database_away(error):
            raise
        db.session.rollback()
    each = []
    for delivery_id in expired_claims(now):
        try:
            each.append(claiming.release_expired(now, delivery_id))
        except OF_ONE_ROW as error:
            db.session.rollback()
            _leave(db.session.connection(), delivery_id, error)
        db.session.commit()
    return Released(sum(one.waiting for one in each), sum(one.uncertain for one in each))


def _leave(connection: Connection, delivery_id: int, error: Exception, before: str = "") -> None:
    """Set a delivery aside; the caller has rolled back, and commits. Raises the error instead when it concerns everything."""
    if is_database_away(error):
        raise error
    log.error("message set aside", delivery=delivery_id, exc_info=error)
    address = connection.scalar(select(Delivery.address).where(Delivery.id == delivery_id))
    name = address or f"Delivery {delivery_id}"
    reason = before + why_it_failed(error)
    set_aside(SETTLING, Delivery.__tablename__, str(delivery_id), name, reason, on=connection)
