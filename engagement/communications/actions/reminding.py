"""Reminders to readers who have not confirmed a message that asks for it: a few of them, days apart."""

from datetime import datetime, timedelta
from html import escape

from sqlalchemy import String, literal, or_, select

from engagement import audit
from engagement.communications.actions.states import lock
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.letters import CONFIRM_SLOT, confirm_button, filled_columns, own_copy_path
from engagement.communications.queries.readers import due_column, translation_column
from engagement.communications.texts.rules.merge_fields import slot
from engagement.content.frames import frame_in
from engagement.db import count_of, db
from engagement.mail.actions.building import add_translation, build_mailing
from engagement.mail.actions.queueing import queue_for_people
from engagement.mail.confirmations.queries import due_for_reminder, reminder_of
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.models import Mailing, Reminder, Translation
from engagement.mail.queries import translations_in
from engagement.mail.rules import Letter, MailingKind
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.programmes.models import Programme
from engagement.verbs import Verb
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

LONGEST_SUBJECT = 300
#: Messages older than this get no more reminders, whatever is set later; the longest series takes 90 days.
LONGEST_REMINDING = timedelta(days=100)


def messages_to_remind_of(now: datetime) -> list[int]:
    """Return the ids of sent messages that ask for a confirmation and may have readers due for a reminder."""
    rows = (
        select(Occurrence.id)
        .join(Occurrence.mailing)
        .join(Occurrence.communication)
        .join(Communication.programme)
        .outerjoin(Communication.wave)
        .where(
            Mailing.asks_confirmation.is_(True),
            Occurrence.queued_at > now - LONGEST_REMINDING,
            Communication.ended_at.is_(None),
            Communication.remind_times > 0,
            Programme.closed_at.is_(None),
            or_(Wave.id.is_(None), Wave.status != WaveStatus.CANCELLED),
        )
        .order_by(Occurrence.id)
    )
    return list(db.session.scalars(rows))


def remind(occurrence_id: int, *, now: datetime, organisation: Organisation = UNSET) -> int:
    """Queue the due reminders of one message, for each reader in their working hours; return how many.

    Nobody gets the same reminder twice, however often this runs, and the next one comes only days after the last.
    Whether readers have left or confirmed is checked again at the moment of sending. The caller commits.
    """
    occurrence = db.session.get_one(Occurrence, occurrence_id)
    # If two schedulers run at the same moment, the second one finds the rows of the first.
    lock(occurrence)
    communication, mailing = occurrence.communication, occurrence.mailing
    assert mailing is not None
    sent_until = now - timedelta(days=communication.remind_after_days)
    queued = 0
    for number in range(1, communication.remind_times + 1):
        people = due_for_reminder(mailing.id, number, sent_until)
        if not count_of(people):
            continue
        reminder = reminder_of(mailing.id, number) or _build(occurrence, mailing, number, organisation)
        added = queue_for_people(
            reminder,
            people,
            due_at=due_column(now, organisation),
            filled=filled_columns(reminder, organisation) | {CONFIRM_SLOT: literal(own_copy_path(mailing.id), String)},
            translation=translation_column(reminder, organisation),
        )
        audit.record(Verb.SENT_REMINDERS, occurrence, by=audit.CLOCK, reminder=(None, number), people=(None, added))
        queued += added
    db.session.flush()
    return queued


def _build(occurrence: Occurrence, mailing: Mailing, number: int, organisation: Organisation) -> Mailing:
    own = _letter(mailing, mailing.language, organisation)
    reminder = build_mailing(
        MailingKind.NOTICE,
        own,
        sender_name=mailing.sender_name,
        reply_to=mailing.reply_to,
        title=f"Reminder {number}: {occurrence.title}",
    )
    for translation in translations_in(mailing.id):
        letter = _letter(translation, translation.language, organisation)
        add_translation(reminder, letter, translation.roles)
    db.session.add(Reminder(mailing_id=reminder.id, of_mailing_id=mailing.id, number=number))
    db.session.flush()
    return reminder


def _letter(of: Mailing | Translation, language: str, organisation: Organisation) -> Letter:
    """Return a reminder in the language of a text; its link leads to the message in the service."""
    frame = frame_in(language)
    subject = _fitting(frame.say("reminder_subject", subject=of.subject))
    sentence = frame.say("reminder", subject=of.subject)
    why = frame.say("reminder_why")
    html = html_layout(
        subject,
        "",
        f"<p>{escape(sentence)}</p>",
        sentence,
        Around(why, organisation.name, frame.language),
        button=confirm_button(frame),
        language=language,
    )
    return Letter(subject, f"{sentence}\n\n{frame.say('confirm')}:\n{slot(CONFIRM_SLOT)}\n\n--\n{why}", html, language)


def _fitting(subject: str) -> str:
    """Shorten a subject to the limit, cutting before a slot rather than through it."""
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    cut = subject[: LONGEST_SUBJECT - 1]
    return (cut.rpartition("{{")[0] if cut.count("{{") > cut.count("}}") else cut).rstrip() + "…"
