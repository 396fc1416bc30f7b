"""Hands approved messages to delivery, once and on time, and holds those that can't go."""

from datetime import date, datetime, timedelta

from sqlalchemy import true, update

from engagement import audit, clock
from engagement.accounts.models import Account
from engagement.audiences.outside.queries import outside_reach, recipients
from engagement.audiences.queries import people_in
from engagement.audit import Actor
from engagement.communications.actions.approving import lapse_if_overtaken
from engagement.communications.actions.building import build_message, build_test_copy
from engagement.communications.actions.outside import queue_outside
from engagement.communications.actions.placing import move_occurrence, skip_occurrence
from engagement.communications.actions.states import allow_in, lock, refuse_unless
from engagement.communications.models import Occurrence
from engagement.communications.queries.approvals import INSTANT, lapsed_because, may_still_approve, standing_approval
from engagement.communications.queries.due import sent_to_all
from engagement.communications.queries.letters import CONFIRM_SLOT, asks_confirmation, filled_columns
from engagement.communications.queries.quiet import due_after_quiet
from engagement.communications.queries.readers import due_column, translation_column
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.communications.texts.queries.merge_values import values_for
from engagement.communications.texts.queries.problems import problems_of
from engagement.communications.texts.queries.scope_texts import scope_fields, unsaid_readers
from engagement.communications.texts.queries.translations import texts_of
from engagement.communications.texts.rules.merge_fields import fields_in
from engagement.communications.texts.rules.scope_values import Unsaid, unsaid_words
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.mail.actions.queueing import queue_for_address, queue_for_people
from engagement.mail.models import Delivery, Mailing
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.verbs import Verb
from engagement.waves.rules import WaveStatus

NOBODY = "No recipients: “{audience}” reached nobody when it was due."


def queue_occurrence(
    occurrence_id: int, *, now: datetime, lateness_limit_hours: int, organisation: Organisation = UNSET
) -> QueueOutcome:
    """Hand one approved message that is due to delivery, for everybody whom its audience reaches now.

    A conditional UPDATE claims the row in the transaction that also makes the deliveries, so one process does it and
    the others get TAKEN. The message is HELD with the reason when it is later than the limit, its approval no longer
    holds, or its text has a problem. If it reaches NOBODY, it is finished and says so. Only the handover can be late:
    readers who then wait for their working hours are meant to. The caller commits.
    """
    waiting = db.session.get(Occurrence, occurrence_id)
    if waiting is not None and waiting.sends_at <= now and lapse_if_overtaken(waiting):
        return QueueOutcome.HELD
    claimed = rows_changed(
        update(Occurrence)
        .where(
            Occurrence.id == occurrence_id,
            Occurrence.status == OccurrenceStatus.APPROVED,
            Occurrence.sends_at <= now,
        )
        .values(status=OccurrenceStatus.SENDING, queued_at=now)
    )
    if not claimed:
        return QueueOutcome.TAKEN
    occurrence = db.session.get_one(Occurrence, occurrence_id, populate_existing=True)
    reason = _why_late(occurrence, now, timedelta(hours=lateness_limit_hours)) or _why_not(occurrence)
    if reason:
        return _hold(occurrence, reason)
    return _queue(occurrence, now, organisation)


def _why_late(occurrence: Occurrence, now: datetime, limit: timedelta) -> str | None:
    late = now - occurrence.sends_at
    if late <= limit:
        return None
    hours = int(late / timedelta(hours=1))
    return (
        f"It was due {occurrence.when}, and could not go out then. That was {hours} hours ago, "
        f"more than the limit of {int(limit / timedelta(hours=1))} hours."
    )


def _why_not(occurrence: Occurrence) -> str | None:
    """Return why an approved message can't go out now, None when it can."""
    communication = occurrence.communication
    if communication.ended_at is not None:
        return "The communication was ended."
    if communication.wave is not None and communication.wave.status is WaveStatus.CANCELLED:
        return f"{communication.wave.title} was cancelled."
    approval = standing_approval(occurrence)
    if approval is None:
        return "The text as it is now has no approval."
    if not may_still_approve(approval.approved_by, occurrence):
        return f"{approval.approved_by.name}, who approved it, may no longer do so."
    return lapsed_because(occurrence, approval) or " ".join(problems_of(occurrence)) or None


def _hold(occurrence: Occurrence, reason: str) -> QueueOutcome:
    occurrence.status, occurrence.reason, occurrence.queued_at = OccurrenceStatus.HELD, reason, None
    audit.record(Verb.HELD_MESSAGE, occurrence, by=audit.CLOCK, reason=(None, reason))
    db.session.flush()
    return QueueOutcome.HELD


def hold_occurrence(occurrence_id: int, reason: str) -> None:
    """Hold an approved message that a fault kept from delivery, until somebody decides about it."""
    hold_message(
        occurrence_id, f"It could not be made ready to send. {reason} Look at its text and its audience, then decide."
    )


def hold_message(occurrence_id: int, reason: str) -> bool:
    """Hold an approved message until somebody decides about it; return whether it was approved, and so is held now."""
    occurrence = db.session.get_one(Occurrence, occurrence_id)
    lock(occurrence)
    return occurrence.status is OccurrenceStatus.APPROVED and _hold(occurrence, reason) is QueueOutcome.HELD


def _queue(occurrence: Occurrence, now: datetime, organisation: Organisation) -> QueueOutcome:
    audience = occurrence.communication.audience
    if not recipients(audience, occurrence.sends_on):
        occurrence.status, occurrence.finished_at, occurrence.reached = OccurrenceStatus.SENT, now, 0
        occurrence.reason = NOBODY.format(audience=audience.name)
        audit.record(Verb.FOUND_NO_RECIPIENTS, occurrence, by=audit.CLOCK, reason=(None, occurrence.reason))
        db.session.flush()
        return QueueOutcome.NOBODY
    occurrence.mailing = build_message(occurrence, organisation)
    # That a part of them read less than the others is kept with what was sent.
    occurrence.reason = " ".join(unsaid_words(_unsaid(occurrence, organisation), is_sent=True))
    occurrence.reached = _queue_for(occurrence, occurrence.mailing, occurrence.sends_on, now, organisation)
    people = (occurrence.reach_when_planned, occurrence.reached)
    audit.record(Verb.QUEUED_MESSAGE, occurrence, by=audit.CLOCK, people=people)
    db.session.flush()
    return QueueOutcome.QUEUED


def _unsaid(occurrence: Occurrence, organisation: Organisation) -> dict[str, Unsaid]:
    line, texts = occurrence.communication, texts_of(occurrence, organisation)
    if not scope_fields(*texts):
        return {}
    on = occurrence.sends_on
    return unsaid_readers(line, texts, people_in(line.audience, on), outside_reach([line.audience.rule], on)[0])


def _queue_for(occurrence: Occurrence, mailing: Mailing, on: date, now: datetime, organisation: Organisation) -> int:
    communication = occurrence.communication
    due_at = due_column(now, organisation) if communication.in_working_hours else now
    people = queue_for_people(
        mailing,
        people_in(communication.audience, on),
        due_at=due_after_quiet(communication, on, now, due_at, organisation),
        filled=filled_columns(mailing, organisation),
        translation=translation_column(mailing, organisation),
    )
    return people + queue_outside(occurrence, mailing, on, now, organisation)


def resume_occurrence(occurrence: Occurrence, *, now: datetime, by: Actor, organisation: Organisation = UNSET) -> int:
    """Send a message that is out to those in the audience who have no copy yet; return how many.

    Everybody who has a delivery, in whatever state, is left alone. Raises RuleBroken when the message isn't out.
    """
    lock(occurrence)
    mailing = occurrence.mailing
    if not occurrence.status.is_out or mailing is None:
        raise RuleBroken("This message has not been sent to anybody yet.")
    today = clock.today(occurrence.communication.timezone)
    added = _queue_for(occurrence, mailing, today, now, organisation)
    if added:
        occurrence.reached = (occurrence.reached or 0) + added
        occurrence.status, occurrence.finished_at = OccurrenceStatus.SENDING, None
        audit.record(Verb.SENT_TO_MISSING, occurrence, by=by, people=(None, added))
        db.session.flush()
    return added


def settle_sending(now: datetime, only: int | None = None) -> int:
    """Finish every message whose deliveries have all ended; return how many. `only` limits this to one id."""
    these = sent_to_all().where(Occurrence.id == only if only is not None else true())
    finished = rows_changed(
        update(Occurrence).where(Occurrence.id.in_(these)).values(status=OccurrenceStatus.SENT, finished_at=now)
    )
    if finished:
        db.session.expire_all()
    return finished


def decide_held(occurrence: Occurrence, send: bool | datetime, *, by: Actor, reason: str = "") -> None:
    """Decide about a held message: True sends it now, an aware instant moves it, False skips it with a reason.

    Raises RuleBroken when the message isn't held, or can't be sent now because its approval no longer holds or its text
    has a problem; BadInput for a time in the past or a missing reason.
    """
    lock(occurrence)
    allow_in(occurrence, (OccurrenceStatus.HELD,), "decided about")
    if isinstance(send, datetime):
        move_occurrence(occurrence, send, by=by)
    elif not send:
        skip_occurrence(occurrence, reason, by=by)
    else:
        why_not = _why_not(occurrence)
        refuse_unless(why_not is None, f"It can’t be sent now. {why_not}")
        now = clock.now()
        approval = standing_approval(occurrence)
        # The approval covers the old time; sending it now instead is decided here.
        if approval is not None and approval.acted_on is not None:
            approval.acted_on = approval.acted_on | {INSTANT: now.isoformat()}
        audit.record(Verb.RELEASED_MESSAGE, occurrence, by=by, sends_at=(occurrence.sends_at, now))
        occurrence.status, occurrence.sends_at, occurrence.moved_at, occurrence.reason = (
            OccurrenceStatus.APPROVED,
            now,
            now,
            "",
        )
        db.session.flush()


def send_test_copy(
    occurrence: Occurrence, as_person: Person, to_account: Account, *, by: Actor, organisation: Organisation = UNSET
) -> Delivery:
    """Send an account one copy of the text, in the language and with the values of a chosen recipient.

    Raises RuleBroken with the problems of the text. Links lead to the pages of the account that opens them, not of the
    recipient.
    """
    problems = problems_of(occurrence)
    refuse_unless(not problems, "The text can’t go out yet. " + " ".join(problems))
    mailing = build_test_copy(occurrence, as_person, organisation)
    values = values_for(as_person.id, fields_in(mailing.subject, mailing.text, mailing.html), mailing.language)
    if asks_confirmation(occurrence):
        values[CONFIRM_SLOT] = "/me/messages"
    delivery = queue_for_address(mailing, to_account.email, to_account.name, values)
    audit.record(
        Verb.SENT_TEST_COPY, occurrence, by=by, **{"to": (None, to_account.email), "as": (None, as_person.name)}
    )
    return delivery
