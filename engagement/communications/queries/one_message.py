"""Reads of one communication or message, with everything that is known about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from engagement import clock
from engagement.audiences.queries import members, people_in, reaches
from engagement.communications import approvals
from engagement.communications.merge_values import problems_of
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.queries.calendar import with_communication
from engagement.communications.readers import DeliveryPlan, delivery_plan, reader_groups, unread_languages
from engagement.communications.translations import texts_of
from engagement.db import db
from engagement.mail.confirming import Confirmations, confirmations_of
from engagement.mail.models import Delivery
from engagement.mail.queries import Waiting, delivery_counts, waiting_for_hours
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from engagement.people.organisation import UNSET, Organisation
from engagement.words import short_day_words, zone_words


def communication_page(communication_id: int) -> Communication | None:
    """Return a communication with everything that its page names, read at once."""
    return db.session.scalar(
        select(Communication)
        .where(Communication.id == communication_id)
        .options(
            joinedload(Communication.programme),
            joinedload(Communication.wave),
            joinedload(Communication.audience),
            joinedload(Communication.owner),
            joinedload(Communication.approver),
        )
    )


def occurrence_row(occurrence_id: int) -> Occurrence | None:
    """Return a message with its communication and everything that its page names, read at once."""
    line = joinedload(Occurrence.communication)
    return db.session.scalar(
        select(Occurrence)
        .where(Occurrence.id == occurrence_id)
        .options(
            line.joinedload(Communication.programme),
            line.joinedload(Communication.wave),
            line.joinedload(Communication.audience),
            line.joinedload(Communication.owner),
            line.joinedload(Communication.approver),
            joinedload(Occurrence.written_by),
            joinedload(Occurrence.mailing),
        )
    )


@dataclass(frozen=True)
class OccurrencePage:
    """Everything about one message: `reach_now` counts whom it would reach at this moment, `counts` what became of it.

    `languages` are those of its texts, its own first; `unread` how many of its readers have no text in a language of
    theirs. `plan` says when its readers would get it, None once it is out; `waiting` who of them still waits then, and
    `confirmations` who has confirmed, None where nobody is asked to.
    """

    occurrence: Occurrence
    problems: list[str]
    approval: Approval | None
    history: list[Approval]
    reach_now: int
    counts: dict[DeliveryState, int]
    languages: list[str]
    unread: dict[str, int]
    plan: DeliveryPlan | None
    waiting: Waiting
    confirmations: Confirmations | None

    @property
    def missing(self) -> int:
        """How many more people the audience reaches now than the message was made out to."""
        reached = self.occurrence.reached
        return max(self.reach_now - reached, 0) if reached is not None else 0


def occurrence_page(occurrence: Occurrence, organisation: Organisation = UNSET) -> OccurrencePage:
    """Return what the page of one message shows."""
    history = approvals.approvals_of(occurrence)
    standing = (a for a in history if a.withdrawn_at is None and a.text_version == occurrence.text_version)
    communication = occurrence.communication
    groups = reader_groups(people_in(communication.audience, clock.today(communication.timezone)))
    languages = [text.language for text in texts_of(occurrence, organisation)]
    may_still_go = occurrence.status.can_be_written
    mailing, now = occurrence.mailing, clock.now()
    in_hours = communication.in_working_hours
    return OccurrencePage(
        occurrence=occurrence,
        problems=problems_of(occurrence) if may_still_go else [],
        approval=next(standing, None),
        history=history,
        reach_now=sum(group.people for group in groups),
        counts=delivery_counts(mailing.id) if mailing else {},
        languages=languages,
        unread=unread_languages(groups, languages, organisation) if may_still_go else {},
        plan=delivery_plan(groups, max(occurrence.sends_at, now), organisation, in_working_hours=in_hours)
        if may_still_go
        else None,
        waiting=waiting_for_hours(now, mailing.id) if mailing else Waiting(),
        confirmations=confirmations_of([mailing.id]).get(mailing.id, Confirmations(0, 0))
        if mailing and mailing.asks_confirmation
        else None,
    )


def reach_of(communications: Sequence[Communication], on: date) -> dict[int, int]:
    """Return how many people each communication would reach now, in one pass over the directory."""
    audiences = {row.audience_id: row.audience for row in communications}
    numbers = dict(zip(audiences, reaches([a.rule for a in audiences.values()], on), strict=True))
    return {row.id: numbers[row.audience_id] for row in communications}


def some_recipients(communication: Communication, visible: ColumnElement[bool], limit: int = 12) -> list[Person]:
    """Return the first of those whom the audience reaches now, by name, to show a text as they would get it.

    `visible` is a condition on `Person`, here and below, as `accounts.access.visible_people` gives it.
    """
    return list(db.session.scalars(_recipients(communication).where(visible).limit(limit)))


def reader_in(communication: Communication, language: str, visible: ColumnElement[bool]) -> Person | None:
    """Return the first by name of those whom the audience reaches now and who read this language, None for nobody."""
    reads = or_(Person.language == language, Person.language.startswith(f"{language}-", autoescape=True))
    return db.session.scalar(_recipients(communication).where(reads, visible).limit(1))


def recipient_by_email(communication: Communication, email: str, visible: ColumnElement[bool]) -> Person | None:
    """Return who has this address and is in the audience now, else None."""
    return db.session.scalar(_recipients(communication).where(Person.email == email.strip().lower(), visible))


def _recipients(communication: Communication) -> Select[Person]:
    return members(communication.audience, clock.today(communication.timezone))


def why_reached(delivery: Delivery, timezone: str) -> str:
    """Say why one person was sent one message: the audience, when it was resolved, who approved which version of the text.

    The instant is written by the clock of `timezone` (IANA), which is named.

    Empty for what is not a message of the calendar, such as a sign-in link.
    """
    occurrence = db.session.scalar(with_communication().where(Occurrence.mailing_id == delivery.mailing_id))
    if occurrence is None:
        return ""
    queued = delivery.queued_at.astimezone(ZoneInfo(timezone))
    approval = approvals.standing_approval(occurrence)
    by = f" {approval.approved_by.name} approved version {approval.text_version} of the text." if approval else ""
    name = delivery.name or delivery.address
    return (
        f"{name} belonged to “{occurrence.communication.audience.name}” when the recipients of “{occurrence.title}” were "
        f"found, {short_day_words(queued.date())} at {queued:%H:%M}, {zone_words(timezone)}.{by}"
    )
