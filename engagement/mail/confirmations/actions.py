"""Recording that somebody confirms having read a message."""

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import insert_new, rows_changed
from engagement.errors import RuleBroken
from engagement.mail.models import Acknowledgement, Delivery
from engagement.verbs import Verb


def acknowledge(delivery: Delivery, *, by: Actor) -> bool:
    """Record that the recipient confirms having read a message; return whether that is new.

    Confirming twice changes nothing. Raises RuleBroken for a message that asks for no confirmation or has no recipient
    in the directory.
    """
    mailing = delivery.mailing
    if not mailing.asks_confirmation or delivery.person_id is None:
        raise RuleBroken("This message does not ask for a confirmation.")
    confirming = insert_new(Acknowledgement).values(
        mailing_id=mailing.id, person_id=delivery.person_id, acknowledged_at=clock.now()
    )
    if not rows_changed(confirming.on_conflict_do_nothing()):
        return False
    audit.record(Verb.CONFIRMED_READING, audit.about(delivery, name=mailing.title), by=by)
    return True
