"""What can still be decided about a message while some of its readers wait for their working hours."""

from sqlalchemy import true

from engagement import audit
from engagement.audit import Actor
from engagement.communications.actions.states import lock, refuse_unless, said_why
from engagement.communications.models import Occurrence
from engagement.communications.queries.due import overtaken
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.mail.actions.deciding import send_waiting, stop_waiting
from engagement.mail.models import Mailing
from engagement.verbs import Verb


def stop_sending(occurrence: Occurrence, reason: str, *, by: Actor) -> int:
    """Stop a message that is being sent; return how many people now don't get it.

    Copies that went out stay out. Raises BadInput without a reason, RuleBroken when the message isn't being sent.
    """
    mailing = _being_sent(occurrence)
    return _stop(occurrence, mailing, said_why(reason, "reason", "Say in a line why it is stopped."), by)


def _stop(occurrence: Occurrence, mailing: Mailing, reason: str, by: Actor) -> int:
    stopped = stop_waiting(mailing, reason)
    if stopped:
        occurrence.reason = f"Stopped by {by.name}: {reason}"
        audit.record(Verb.STOPPED_MESSAGE, occurrence, by=by, reason=(None, reason), people=(stopped, 0))
        db.session.flush()
    return stopped


def send_to_waiting(occurrence: Occurrence, *, by: Actor) -> int:
    """Send a message at once to those who wait for their working hours; return how many.

    Raises RuleBroken when the message isn't being sent.
    """
    released = send_waiting(_being_sent(occurrence))
    if released:
        audit.record(Verb.SENT_TO_WAITING, occurrence, by=by, people=(None, released))
        db.session.flush()
    return released


def _being_sent(occurrence: Occurrence) -> Mailing:
    lock(occurrence)
    mailing = occurrence.mailing
    sending = occurrence.status is OccurrenceStatus.SENDING and mailing is not None
    refuse_unless(sending, f"Nobody waits for this message: its state is “{occurrence.status.word.lower()}”.")
    assert mailing is not None
    return mailing


def stop_overtaken(only: int | None = None, *, by: Actor = audit.CLOCK) -> int:
    """Stop waiting deliveries of ended communications and cancelled waves; return how many people miss out.

    Safe to run any number of times. `only` limits this to the message with that id.
    """
    rows = overtaken().where(Occurrence.id == only if only is not None else true())
    stopped = 0
    for occurrence in db.session.scalars(rows).all():
        lock(occurrence)
        line, mailing = occurrence.communication, occurrence.mailing
        assert mailing is not None
        why = (
            "The communication was ended."
            if line.ended_at
            else f"{line.wave.title if line.wave else ''} was cancelled."
        )
        stopped += _stop(occurrence, mailing, why, by)
    return stopped
