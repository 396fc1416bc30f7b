"""Taking mail in: it becomes an interaction if a planner of the programme sent it and it names stakeholders; else it waits."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import count_of, db, rows_changed
from engagement.errors import EngagementError, RuleBroken
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.stakeholders.inbox.models import MailIn, ProgrammeMailbox
from engagement.stakeholders.inbox.queries import (
    mailbox_by_token,
    mailbox_of,
    planner_with,
    stakeholders_with,
    waiting_mail,
)
from engagement.stakeholders.inbox.rules.reading import ReadMail
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.models import Interaction
from engagement.stakeholders.interactions.rules import LONGEST_TOPICS, Channel, Said
from engagement.verbs import Verb

#: An inbox that nobody looks at takes no more; the sending server tries again later.
MOST_WAITING = 500


class Taken(StrEnum):
    """What became of a mail."""

    LOGGED = "logged"
    WAITS = "waits"
    KNOWN = "known"
    UNKNOWN_ADDRESS = "unknown_address"
    FULL = "full"


@dataclass(frozen=True)
class Receipt:
    """What became of a mail, with a sentence for whoever delivered it."""

    taken: Taken
    sentence: str


def make_mailbox(programme: Programme, *, by: Actor) -> ProgrammeMailbox:
    """Give a programme a private address that nobody can guess; a former one takes no more mail."""
    old, now = mailbox_of(programme.id), clock.now()
    if old is not None:
        old.ended_at = now
        db.session.flush()
    # Lower case, because mail servers may change the case of an address.
    row = ProgrammeMailbox(
        programme_id=programme.id, mail_token=secrets.token_hex(10), made_at=now, made_by_id=by.account_id
    )
    db.session.add(row)
    audit.record(Verb.MADE_MAIL_ADDRESS, programme, by=by)
    db.session.flush()
    return row


def take_in(mail: ReadMail, token: str, timezone: str) -> Receipt:
    """Take a mail that was sent to the address with this token; the same mail twice is once."""
    box = mailbox_by_token(token)
    if box is None:
        return Receipt(Taken.UNKNOWN_ADDRESS, "No programme has this address.")
    known = select(MailIn.id).where(MailIn.programme_id == box.programme_id, MailIn.message_id == mail.message_id)
    if db.session.scalar(known) is not None:
        return Receipt(Taken.KNOWN, "This mail was taken in before.")
    row = MailIn(
        programme_id=box.programme_id, message_id=mail.message_id, sent_at=mail.sent_at, received_at=clock.now()
    )
    if mail.original is not None and not _is_to_stakeholders(mail, box.programme_id):
        row.is_forwarded, row.original_on = True, mail.original.day(_day_of(_moment_of(mail), timezone), timezone)
    interaction, problem = _interaction_of(mail, row, timezone)
    if interaction is not None:
        row.interaction_id, row.handled_at, row.handled_by_id = interaction.id, clock.now(), interaction.logged_by_id
        db.session.add(row)
        db.session.flush()
        return Receipt(Taken.LOGGED, "It stands on the pages of the stakeholders whom it names.")
    if count_of(waiting_mail(box.programme_id)) >= MOST_WAITING:
        return Receipt(Taken.FULL, "The inbox of this programme is full.")
    row.sender, row.subject, row.text, row.problem = mail.sender, mail.subject, mail.text, problem
    row.attachments = ", ".join(mail.attachments)
    db.session.add(row)
    db.session.flush()
    return Receipt(Taken.WAITS, f"It waits in the inbox. {problem}")


def _is_to_stakeholders(mail: ReadMail, programme_id: int) -> bool:
    """Return whether it was written to a stakeholder, who was told on its own day whatever else stands in it."""
    return bool(stakeholders_with(mail.written_to, programme_id, Reach(everything=True)))


def _interaction_of(mail: ReadMail, row: MailIn, timezone: str) -> tuple[Interaction | None, str]:
    """Return the interaction that a mail became, or the reason why it waits."""
    if mail.problem or mail.is_automatic:
        return None, mail.problem or "No person wrote it: it is an automatic answer."
    found = planner_with(mail.sender, row.programme_id, timezone)
    if found is None:
        return None, "Its sender doesn’t plan this programme, so somebody who does has to look at it."
    account, planning = found
    parties = stakeholders_with(mail.addresses, row.programme_id, planning)
    if not parties:
        return None, "No stakeholder of this programme has one of its addresses."
    said = said_of(mail, ", ".join(mail.attachments), row.original_on, timezone)
    try:
        with db.session.begin_nested():
            return log_interaction(parties, said, on=clock.today(timezone), by=account.actor), ""
    except EngagementError as error:
        return None, error.sentence


def said_of(mail: ReadMail | MailIn, attachments: str, original_on: date | None, timezone: str) -> Said:
    """Return a mail as what is said of an interaction: on the day of what it forwards, else at its own moment."""
    notes = f"{mail.text}\n\n[Attached, not kept: {attachments[:150]}]" if attachments else mail.text
    topics = mail.subject[:LONGEST_TOPICS]
    if original_on is not None:
        return Said(Channel.MESSAGE, original_on, notes, topics)
    at = _moment_of(mail)
    return Said(Channel.MESSAGE, _day_of(at, timezone), notes, topics, began_at=at if at > _long_ago() else None)


def _moment_of(mail: ReadMail | MailIn) -> datetime:
    """Return when a mail was sent; one from a clock that is ahead counts as of now."""
    return min(mail.sent_at or clock.now(), clock.now())


def _day_of(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()


def _long_ago() -> datetime:
    return clock.now() - timedelta(days=365 * 20)


def settle_mail(mail: MailIn, interaction: Interaction | None, *, by: Actor) -> None:
    """End a mail's waiting: its words now stand in an interaction, or (None) it is thrown away. They are deleted here.

    Raises RuleBroken for a mail that was handled already.
    """
    if mail.handled_at is not None:
        raise RuleBroken("Somebody has dealt with this mail already.")
    mail.interaction_id = interaction.id if interaction else None
    mail.handled_at, mail.handled_by_id = clock.now(), by.account_id
    mail.sender, mail.subject, mail.text, mail.attachments, mail.problem = "", "", "", "", ""
    if interaction is None:
        audit.record(Verb.DISCARDED_MAIL, mail, by=by)
    db.session.flush()


def forget_mail_from(address: str) -> None:
    """Delete the words of waiting mail that somebody sent who is erased."""
    words = dict.fromkeys(("sender", "subject", "text", "attachments"), "")
    gone = {**words, "problem": "Its sender was erased.", "handled_at": clock.now()}
    rows_changed(update(MailIn).where(MailIn.sender == address.lower(), MailIn.handled_at.is_(None)).values(gone))
