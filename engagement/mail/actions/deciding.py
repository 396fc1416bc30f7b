"""People's decisions about messages that wait, were refused, or may have arrived."""

from sqlalchemy import ColumnElement, or_, select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.mail.bounces.queries import is_suppressed, suppression_of
from engagement.mail.models import UNCLAIMED, Delivery, Mailing, Reminder
from engagement.mail.queries import needs_decision
from engagement.mail.rules import CUT_OFF, STOPPED, UNSENT, DeliveryState
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.verbs import Verb


def decide_unknown(delivery: Delivery, send_again: bool, *, by: Actor) -> None:
    """Decide about a delivery with an unknown outcome: send it once more, or leave it.

    Raises RuleBroken when its outcome is known or it was decided already.
    """
    if send_again:
        _queue_again(delivery, DeliveryState.UNKNOWN, by=by)
        return
    left = rows_changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == DeliveryState.UNKNOWN, Delivery.decided_at.is_(None))
        .values(decided_at=clock.now(), reason=f"{CUT_OFF} {by.name[:100]} decided to leave it.")
    )
    _refuse_unless(left, delivery)
    audit.record(Verb.LEFT_UNCERTAIN_DELIVERY, delivery, by=by)


def decide_all_unknown(mailing: Mailing, send_again: bool, *, by: Actor) -> int:
    """Decide about every delivery of a mailing whose outcome is unknown, and return how many there were.

    Those without an address that gets mail stay undecided when the others are sent again.
    """
    undecided = select(Delivery).where(Delivery.mailing_id == mailing.id, needs_decision()).order_by(Delivery.id)
    if send_again:
        undecided = undecided.where(~is_suppressed(Delivery.address))
    rows = [row for row in db.session.scalars(undecided) if not send_again or is_usable_address(row.address)]
    for delivery in rows:
        decide_unknown(delivery, send_again, by=by)
    return len(rows)


def send_again(delivery: Delivery, *, by: Actor) -> None:
    """Queue a message that the mail server refused once more. Raises RuleBroken when it was not refused."""
    _queue_again(delivery, DeliveryState.BOUNCED, by=by)


def _queue_again(delivery: Delivery, known_state: DeliveryState, *, by: Actor) -> None:
    if not is_usable_address(delivery.address):
        raise RuleBroken("There is no usable address to send this to. Correct it in the directory first.")
    if suppression_of(delivery.address) is not None:
        raise RuleBroken(
            "Mail to this address comes back, so it gets nothing. Let it get mail again first, under Addresses that bounce."
        )
    queued = rows_changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == known_state)
        .values(state=DeliveryState.QUEUED, attempts=0, due_at=clock.now(), reason=None, decided_at=None, **UNCLAIMED)
    )
    _refuse_unless(queued, delivery)
    audit.record(Verb.SENT_AGAIN, delivery, by=by, state=(known_state, DeliveryState.QUEUED))


def _refuse_unless(changed: int, delivery: Delivery) -> None:
    if not changed:
        raise RuleBroken("This was decided already, or something became of it meanwhile. Look at the list again.")
    db.session.expire(delivery)


def stop_waiting(mailing: Mailing, why: str) -> int:
    """Stop a mailing and its reminders for everybody who has not been sent them; return how many people.

    `why` is noted on each delivery. A copy that is being handed to the mail server at this moment still goes out.
    """
    return rows_changed(
        update(Delivery)
        .where(_belongs_to(mailing), Delivery.state.in_(UNSENT))
        .values(state=DeliveryState.SUPPRESSED, reason=STOPPED.format(why=why)[:300], **UNCLAIMED)
    )


def send_waiting(mailing: Mailing) -> int:
    """Make the deliveries that wait for working hours due at once; return how many."""
    waits = (Delivery.state == DeliveryState.QUEUED, Delivery.due_at > clock.now())
    return rows_changed(update(Delivery).where(Delivery.mailing_id == mailing.id, *waits).values(due_at=clock.now()))


def _belongs_to(mailing: Mailing) -> ColumnElement[bool]:
    reminders = select(Reminder.mailing_id).where(Reminder.of_mailing_id == mailing.id)
    return or_(Delivery.mailing_id == mailing.id, Delivery.mailing_id.in_(reminders))
