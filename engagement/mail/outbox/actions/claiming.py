"""Claims on the outbox: which worker may attempt which delivery, and the outcome; safe for any number of workers.

Delivering is the exception to "the door commits". It commits its claim, its attempt mark (ATTEMPTING with
`attempted_at`, before the mail server is spoken to) and its outcome, because a conversation with a mail server cannot
be rolled back. The commits are in `courier`; on PostgreSQL they wait for the disk, so that not even a power cut
sends a message twice.
"""

from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import Integer, Table, and_, bindparam, exists, select, true, update
from sqlalchemy.sql.dml import ReturningUpdate

from engagement.db import db, rows_changed
from engagement.mail.bounces.queries import is_suppressed
from engagement.mail.models import UNCLAIMED, Acknowledgement, Delivery, Reminder
from engagement.mail.rules import (
    ADDRESS_STOPPED,
    CUT_OFF,
    GIVEN_UP,
    HAS_CONFIRMED,
    HAS_LEFT,
    DeliveryState,
    Outcome,
    wait_after,
)
from engagement.people.models import Person

#: How long a claim lasts: longer than the longest possible conversation with a mail server.
LEASE = timedelta(minutes=10)
#: The wait after the mail server itself could not be reached.
OUR_TROUBLE_WAIT = timedelta(minutes=1)
LONGEST_REASON = 300
LONGEST_REPLY = 2000
#: The order of claims: urgent messages before mailings to many, first attempts before repeated ones.
_LANES = tuple((state, urgent) for urgent in (True, False) for state in (DeliveryState.QUEUED, DeliveryState.DEFERRED))
# These statements run for every message; building them each time would cost as much as running them.
_DELIVERY = cast(Table, Delivery.__table__)
_CLAIMED_BY_ME = and_(
    _DELIVERY.c.id == bindparam("the_id"),
    _DELIVERY.c.state == DeliveryState.CLAIMED,
    _DELIVERY.c.claimed_by == bindparam("the_worker"),
    _DELIVERY.c.claimed_until > bindparam("the_now"),
)


def _claiming(state: DeliveryState, is_urgent: bool) -> ReturningUpdate[Delivery]:
    # A CTE: PostgreSQL may run a subquery in IN more than once, and would then lock more rows than it claims.
    due = (
        select(Delivery.id)
        .where(Delivery.state == state, Delivery.is_urgent.is_(is_urgent), Delivery.due_at <= bindparam("the_now"))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(bindparam("the_size", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(Delivery)
        .where(Delivery.id.in_(select(due.c.id)))
        .values(state=DeliveryState.CLAIMED, claimed_by=bindparam("the_worker"), claimed_until=bindparam("the_lease"))
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


_CLAIM = {(state, is_urgent): _claiming(state, is_urgent) for state, is_urgent in _LANES}
_LEFT = exists().where(Person.id == _DELIVERY.c.person_id, Person.left_at.is_not(None))
_CONFIRMED = exists().where(
    Reminder.mailing_id == _DELIVERY.c.mailing_id,
    Acknowledgement.mailing_id == Reminder.of_mailing_id,
    Acknowledgement.person_id == _DELIVERY.c.person_id,
)
_STOPPED = is_suppressed(_DELIVERY.c.address)
_MARK = (
    update(_DELIVERY)
    .where(_CLAIMED_BY_ME, ~_LEFT, ~_CONFIRMED, ~_STOPPED)
    .values(
        state=DeliveryState.ATTEMPTING,
        attempted_at=bindparam("the_now"),
        attempts=bindparam("the_attempts"),
        claimed_until=bindparam("the_lease"),
    )
)
_SUPPRESS_LEAVER = (
    update(_DELIVERY).where(_CLAIMED_BY_ME, _LEFT).values(state=DeliveryState.SUPPRESSED, reason=HAS_LEFT, **UNCLAIMED)
)
_SUPPRESS_CONFIRMED = (
    update(_DELIVERY)
    .where(_CLAIMED_BY_ME, _CONFIRMED)
    .values(state=DeliveryState.SUPPRESSED, reason=HAS_CONFIRMED, **UNCLAIMED)
)
_SUPPRESS_STOPPED = (
    update(_DELIVERY)
    .where(_CLAIMED_BY_ME, _STOPPED)
    .values(state=DeliveryState.SUPPRESSED, reason=ADDRESS_STOPPED, **UNCLAIMED)
)
_RECORD = (
    update(_DELIVERY)
    .where(
        _DELIVERY.c.id == bindparam("the_id"),
        # UNKNOWN too: a worker whose claim ran out during a long conversation still knows the outcome.
        _DELIVERY.c.state.in_((DeliveryState.ATTEMPTING, DeliveryState.UNKNOWN)),
        _DELIVERY.c.claimed_by == bindparam("the_worker"),
    )
    .values(
        state=bindparam("the_state"),
        reply=bindparam("the_reply"),
        reason=bindparam("the_reason"),
        attempts=bindparam("the_attempts"),
        due_at=bindparam("the_due_at"),
        sent_at=bindparam("the_sent_at"),
        **UNCLAIMED,
    )
)


def claim_batch(worker: str, size: int, now: datetime) -> list[Delivery]:
    """Claim up to `size` due deliveries for `worker`, a name that no other worker has, and return them.

    The rows are detached from the session, as copies of what was claimed. The caller commits at once.
    """
    claimed: list[Delivery] = []
    for state, is_urgent in _LANES:
        if len(claimed) < size:
            claimed += _claim(state, is_urgent, worker, size - len(claimed), now)
    return claimed


def _claim(state: DeliveryState, is_urgent: bool, worker: str, size: int, now: datetime) -> list[Delivery]:
    values = {"the_size": size, "the_now": now, "the_worker": worker, "the_lease": now + LEASE}
    rows = list(db.session.scalars(_CLAIM[state, is_urgent], values))
    for row in rows:
        db.session.expunge(row)
    return sorted(rows, key=lambda row: (row.due_at, row.id))


def mark_attempt(delivery: Delivery, worker: str, now: datetime) -> bool:
    """Mark a claimed delivery as being attempted; return whether it may be sent now.

    It may not when the claim ran out, or when since queueing the person has left or confirmed what a reminder is about,
    or mail to the address came back; all but the first are recorded. The caller commits before it speaks to the mail server.
    """
    marking = {"the_id": delivery.id, "the_worker": worker, "the_now": now}
    lasting = {"the_attempts": delivery.attempts + 1, "the_lease": now + LEASE}
    if db.session.execute(_MARK, marking | lasting).rowcount:  # type: ignore[attr-defined]
        return True
    db.session.execute(_SUPPRESS_LEAVER, marking)
    db.session.execute(_SUPPRESS_CONFIRMED, marking)
    db.session.execute(_SUPPRESS_STOPPED, marking)
    return False


def record_outcome(delivery: Delivery, worker: str, outcome: Outcome, now: datetime) -> bool:
    """Record the outcome of an attempt; return whether the claim still belonged to this worker.

    A deferred message is due again after a wait that grows with the attempts, for about three days.
    """
    attempts = delivery.attempts + (0 if outcome.is_ours else 1)
    state, reason, due_at = outcome.state, outcome.reason, delivery.due_at
    if state is DeliveryState.DEFERRED:
        wait = OUR_TROUBLE_WAIT if outcome.is_ours else wait_after(attempts)
        if wait is None:
            state, reason = DeliveryState.BOUNCED, GIVEN_UP
        else:
            due_at = now + wait
    values = {
        "the_id": delivery.id,
        "the_worker": worker,
        "the_state": state,
        "the_reply": outcome.reply[:LONGEST_REPLY].replace("\0", "") or None,
        "the_reason": reason[:LONGEST_REASON] if reason else None,
        "the_attempts": attempts,
        "the_due_at": due_at,
        "the_sent_at": now if state is DeliveryState.SENT else None,
    }
    return bool(db.session.execute(_RECORD, values).rowcount)  # type: ignore[attr-defined]


def refuse_unbuildable(delivery: Delivery, worker: str, reason: str, state: DeliveryState) -> None:
    """Record that a claimed delivery was not sent, because its message could not be built, or not in time."""
    rows_changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_by == worker)
        .values(state=state, reason=reason[:LONGEST_REASON], **UNCLAIMED)
    )


def release_claims(worker: str) -> int:
    """Release the deliveries that a worker claimed and has not attempted; return how many."""
    return rows_changed(
        update(Delivery)
        .where(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_by == worker)
        .values(state=DeliveryState.QUEUED, **UNCLAIMED)
    )


class Released(NamedTuple):
    """How many deliveries of dead workers wait again, and how many have an unknown outcome."""

    waiting: int
    uncertain: int

    def __str__(self) -> str:
        return f"{self.waiting} waiting and {self.uncertain} uncertain"


def release_expired(now: datetime, only: int | None = None) -> Released:
    """Take over the deliveries of dead workers; `only` limits this to the delivery with that id.

    A delivery that was only claimed waits again. One that was being attempted may have been accepted: it becomes
    UNKNOWN, and a person decides. It keeps `claimed_by`, so that a worker that was merely slow can still record the
    outcome.
    """
    expired = and_(Delivery.claimed_until <= now, true() if only is None else Delivery.id == only)
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
