"""Changes of when one message goes out, and whether it does: moving, skipping, resuming."""

from datetime import datetime

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.actions.approving import answer_sent_back, lapse
from engagement.communications.actions.states import allow_in, dated, lock, refuse_unless, said_why, withdraw_approvals
from engagement.communications.models import Occurrence
from engagement.communications.queries.approvals import lapsed_because, standing_approval
from engagement.communications.rules import WRITABLE, OccurrenceStatus
from engagement.days.working_days import working_days_before
from engagement.db import db
from engagement.errors import BadInput
from engagement.verbs import Verb


def move_occurrence(occurrence: Occurrence, sends_at: datetime, *, by: Actor) -> None:
    """Give a message another time (aware). A missed or held message becomes a draft again.

    An approval was for the old time, so it lapses: the message is held until it is approved again. Raises BadInput when
    the time is not in the future, RuleBroken when the message is out or was skipped.
    """
    lock(occurrence)
    refuse_unless(
        not occurrence.is_kept, "This message is kept until its wave is rolled back, so it has no time to move."
    )
    refuse_unless(
        occurrence.status.can_be_moved, f"This message can’t be moved: it is {occurrence.status.word.lower()}."
    )
    if sends_at <= clock.now():
        raise BadInput("Choose a time in the future.", {"sends_at": "Choose a time in the future."})
    if sends_at == occurrence.sends_at:
        return
    changes = {"sends_at": (occurrence.sends_at, sends_at)}
    approval = standing_approval(occurrence)
    occurrence.sends_at, occurrence.moved_at = sends_at, clock.now()
    communication = occurrence.communication
    occurrence.write_by = working_days_before(
        dated(communication, sends_at), communication.write_lead_days, communication.holiday_country
    )
    if occurrence.status in (OccurrenceStatus.HELD, OccurrenceStatus.MISSED):
        occurrence.status, occurrence.reason = OccurrenceStatus.DRAFT, ""
    audit.record(Verb.MOVED_MESSAGE, occurrence, by=by, **changes)
    if approval is not None:
        lapse(occurrence, lapsed_because(occurrence, approval) or "It was approved for another time.", by=by)
    db.session.flush()


def skip_occurrence(occurrence: Occurrence, reason: str, *, by: Actor) -> None:
    """Skip a message, with a reason. Raises BadInput without one, RuleBroken when it is out or already skipped."""
    lock(occurrence)
    allow_in(occurrence, (*WRITABLE, OccurrenceStatus.MISSED), "skipped")
    reason = said_why(reason, "reason", "Say in a line why it is left out.")
    withdraw_approvals(occurrence)
    changes = {"status": (occurrence.status, OccurrenceStatus.SKIPPED), "reason": (None, reason)}
    occurrence.status, occurrence.reason = OccurrenceStatus.SKIPPED, reason
    audit.record(Verb.SKIPPED_MESSAGE, occurrence, by=by, **changes)
    answer_sent_back(occurrence)
    db.session.flush()


def take_up_occurrence(occurrence: Occurrence, *, by: Actor) -> None:
    """Undo a skip: the message is a draft that needs approval, or missed if its time has passed.

    Raises RuleBroken when it was not skipped or its communication has ended.
    """
    lock(occurrence)
    allow_in(occurrence, (OccurrenceStatus.SKIPPED,), "taken up again")
    refuse_unless(
        occurrence.communication.ended_at is None, "Its communication has ended. Take the communication up again first."
    )
    is_over = occurrence.sends_at <= clock.now()
    status = OccurrenceStatus.MISSED if is_over else OccurrenceStatus.DRAFT
    changes = {"status": (occurrence.status, status), "reason": (occurrence.reason, None)}
    occurrence.status = status
    occurrence.reason = f"It was left out when it was due, {occurrence.when}." if is_over else ""
    audit.record(Verb.TOOK_UP_MESSAGE, occurrence, by=by, **changes)
    db.session.flush()
