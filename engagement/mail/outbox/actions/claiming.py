"""Windows on the outbox: which worker attempts which deliveries; safe for any number of workers.

Delivering is the exception to "the door commits". A window, the few messages that one connection hands over next, is
claimed and marked as attempted in one statement, and committed before the mail server is spoken to, because a
conversation with a mail server cannot be rolled back. On PostgreSQL that commit waits for the disk, so that not even a
power cut sends a message twice. A worker that dies leaves its windows in doubt; nobody has to wait for anything else.
"""

import json
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    CTE,
    Connection,
    Integer,
    String,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy import cast as typed

from engagement.db import UtcDateTime, rows_changed
from engagement.mail.bounces.queries import is_suppressed
from engagement.mail.models import UNCLAIMED, Acknowledgement, Delivery, Reminder
from engagement.mail.outbox.actions.statements import Statement
from engagement.mail.outbox.queries import is_over
from engagement.mail.outbox.rules import LEASE
from engagement.mail.queries import is_set_aside
from engagement.mail.rules import ADDRESS_STOPPED, CUT_OFF, HAS_CONFIRMED, HAS_LEFT, DeliveryState
from engagement.people.models import Person

#: The most messages that one connection leaves in doubt when its worker is killed.
WINDOW = 20
RENEW_EVERY = timedelta(seconds=10)
_DELIVERY = cast(Table, Delivery.__table__)
_NOW = bindparam("now", type_=UtcDateTime())
_UNTIL = bindparam("until", type_=UtcDateTime())
_WORKER = bindparam("worker", type_=String())


class Claimed(NamedTuple):
    """A delivery as it was claimed: `attempts` counts the present one. `filled` has the person's values of the slots; as text when
    they can't be read. One that may not be sent was suppressed as it was claimed. `attempted_at` is when that was, and dates its message.
    """

    id: int
    mailing_id: int
    translation_id: int | None
    person_id: int | None
    address: str
    name: str
    filled: Any
    attempts: int
    is_urgent: bool
    queued_at: datetime
    due_at: datetime
    may_be_sent: bool
    attempted_at: datetime


def _lane(name: str, state: DeliveryState, is_urgent: bool, before: list[CTE], only: tuple[Any, ...]) -> CTE:
    """What is due in one state, as much of it as the lanes before leave room for; rows of other workers are passed over."""
    room: Any = bindparam("size", type_=Integer())
    for lane in before:
        room = room - select(func.count()).select_from(lane).scalar_subquery()
    columns = _DELIVERY.c
    return (
        select(columns.id, columns.person_id, columns.mailing_id, columns.address)
        .where(columns.state == state, columns.is_urgent.is_(is_urgent), columns.due_at <= _NOW, *only)
        .order_by(columns.due_at, columns.id)
        .limit(room)
        .with_for_update(skip_locked=True)
        .cte(name)
    )


def _claim(*only: Any) -> Update:
    """Claim what is due: urgent messages before mailings to many, first attempts before repeated ones.

    Asks once more whether each may still be sent; one that may not is suppressed with its reason instead.
    """
    lanes: list[CTE] = []
    for number, is_urgent in enumerate((True, False)):
        for state in (DeliveryState.QUEUED, DeliveryState.DEFERRED):
            lanes.append(_lane(f"{state.value}_{number}", state, is_urgent, lanes, only))
    due = union_all(*(select(lane) for lane in lanes)).cte("due")
    left = exists().where(Person.id == due.c.person_id, Person.left_at.is_not(None))
    confirmed = exists().where(
        Reminder.mailing_id == due.c.mailing_id,
        Acknowledgement.mailing_id == Reminder.of_mailing_id,
        Acknowledgement.person_id == due.c.person_id,
    )
    why_not = case((left, HAS_LEFT), (confirmed, HAS_CONFIRMED), (is_suppressed(due.c.address), ADDRESS_STOPPED))
    # Its limit says nothing new, but PostgreSQL can't reckon with those of the lanes: it would take a window for a tenth of
    # all that is due, and read the whole table for it.
    asked = select(due.c.id, why_not.label("why")).limit(bindparam("size", type_=Integer())).cte("asked")
    # Otherwise PostgreSQL would ask anew for each column below.
    asked = asked.prefix_with("MATERIALIZED", dialect="postgresql")
    goes, columns = asked.c.why.is_(None), _DELIVERY.c
    return (
        update(_DELIVERY)
        .where(columns.id == asked.c.id)
        .values(
            state=case((goes, _word(DeliveryState.ATTEMPTING)), else_=_word(DeliveryState.SUPPRESSED)),
            reason=asked.c.why,
            attempts=columns.attempts + case((goes, 1), else_=0),
            attempted_at=case((goes, _NOW), else_=columns.attempted_at),
            claimed_by=case((goes, _WORKER)),
            claimed_until=case((goes, _UNTIL)),
        )
        .returning(
            *(columns.id, columns.mailing_id, columns.translation_id, columns.person_id, columns.address, columns.name),
            *(typed(columns.filled, Text), columns.attempts, columns.is_urgent, columns.queued_at, columns.due_at),
            columns.reason,
        )
    )


def _word(state: DeliveryState) -> Any:
    return literal(state, _DELIVERY.c.state.type)


#: What is set aside is asked about only while something is.
_CLAIM, _CLAIM_OTHERS = Statement(lambda _: _claim()), Statement(lambda _: _claim(~is_set_aside()))
_CLAIM_ONE = Statement(lambda _: _claim(_DELIVERY.c.id == bindparam("only", type_=Integer())))


def claim_window(
    connection: Connection, worker: str, size: int, now: datetime, *, passes_over: bool = False
) -> list[Claimed]:
    """Claim up to `size` due deliveries for `worker`, a name that no other worker has, in the order in which they go.

    Those that must not be sent any more are among them, suppressed already; with `passes_over`, those that are set
    aside are not. The caller commits before it speaks to the mail server.
    """
    values = {"worker": worker, "size": size, "now": now, "until": now + LEASE}
    rows = [_claimed(row, now) for row in (_CLAIM_OTHERS if passes_over else _CLAIM).run(connection, values)]
    rows.sort(key=attrgetter("due_at", "id"))
    rows.sort(key=attrgetter("is_urgent"), reverse=True)
    return rows


def claim_one(connection: Connection, worker: str, delivery_id: int, now: datetime) -> list[Claimed]:
    """Claim a certain delivery if it is due, as `claim_window` does."""
    values = {"worker": worker, "size": 1, "now": now, "until": now + LEASE, "only": delivery_id}
    return [_claimed(row, now) for row in _CLAIM_ONE.run(connection, values)]


def _claimed(row: Any, now: datetime) -> Claimed:
    *facts, filled, attempts, is_urgent, queued_at, due_at, why_not = row
    if isinstance(due_at, str):
        queued_at, due_at = _instant(queued_at), _instant(due_at)
    values = _values(filled)
    return Claimed._make((*facts, values, attempts, bool(is_urgent), queued_at, due_at, why_not is None, now))


#: Reads in a third of the time of `json.loads`, which looks for blanks around it.
_READ = json.JSONDecoder().raw_decode


def _values(filled: Any) -> Any:
    """Return the values of the slots. What is no JSON stays as it is, so that it harms its own message alone."""
    try:
        values, end = _READ(filled)
    except (TypeError, ValueError):
        return filled
    return values if end == len(filled) else filled


def _instant(value: str) -> datetime:
    """Return an instant as SQLite's driver gives it: text in UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


_RENEW = Statement(
    lambda _: (
        update(_DELIVERY)
        .where(_DELIVERY.c.state == DeliveryState.ATTEMPTING, _DELIVERY.c.claimed_by == _WORKER)
        .values(claimed_until=_UNTIL)
        .returning(_DELIVERY.c.id)
    )
)


def renew_claims(connection: Connection, worker: str, now: datetime) -> set[int]:
    """Say that a worker lives; return the ids of the deliveries that are still its own. The caller commits."""
    return {row[0] for row in _RENEW.run(connection, {"worker": worker, "until": now + LEASE})}


def give_back(connection: Connection, worker: str) -> None:
    """Let whatever a worker still has claimed wait again; nothing of it was handed over, and every outcome is written. The caller commits."""
    held = (_DELIVERY.c.state == DeliveryState.ATTEMPTING, _DELIVERY.c.claimed_by == worker, ~is_set_aside())
    values = {"state": DeliveryState.QUEUED, "attempts": _DELIVERY.c.attempts - 1, "attempted_at": None}
    connection.execute(update(_DELIVERY).where(*held).values(**values, **UNCLAIMED))


class Released(NamedTuple):
    """How many deliveries of dead workers wait again, and how many have an unknown outcome."""

    waiting: int
    uncertain: int

    def __str__(self) -> str:
        return f"{self.waiting} waiting and {self.uncertain} uncertain"


def release_expired(now: datetime, only: int | None = None) -> Released:
    """Take over the deliveries of dead workers; `only` limits this to the delivery with that id, else none that is set aside is touched.

    One that was being attempted may have been accepted: it becomes UNKNOWN, and a person decides. It keeps
    `claimed_by`, so that a worker that was merely slow can still record the outcome. What an earlier version of the
    service had claimed without attempting it waits again.
    """
    expired = and_(is_over(now), ~is_set_aside() if only is None else Delivery.id == only)
    waiting = rows_changed(
        update(Delivery)
        .where(Delivery.state == DeliveryState.CLAIMED, expired)
        .values(state=DeliveryState.QUEUED, **UNCLAIMED)
    )
    uncertain = rows_changed(
        update(Delivery)
        .where(Delivery.state == DeliveryState.ATTEMPTING, expired)
        .values(state=DeliveryState.UNKNOWN, reason=CUT_OFF, claimed_until=None)
    )
    return Released(waiting, uncertain)


def something_is_due(connection: Connection, now: datetime) -> bool:
    """Return whether anything is due that is not set aside, without claiming it."""
    columns = _DELIVERY.c
    waits = columns.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED))
    return bool(connection.scalar(select(exists().where(waits, columns.due_at <= now, ~is_set_aside()))))
