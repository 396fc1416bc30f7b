"""Reads of one communication or message, with everything that is known about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement import clock
from engagement.audiences.queries import members, reach, reaches
from engagement.communications import approvals
from engagement.communications.merge_values import problems_of
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.queries.calendar import with_communication
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.queries import delivery_counts
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person


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
        )
    )


@dataclass(frozen=True)
class OccurrencePage:
    """Everything about one message: `reach_now` counts whom it would reach at this moment, `counts` what became of it."""

    occurrence: Occurrence
    problems: list[str]
    approval: Approval | None
    history: list[Approval]
    reach_now: int
    counts: dict[DeliveryState, int]

    @property
    def missing(self) -> int:
        """How many more people the audience reaches now than the message was made out to."""
        reached = self.occurrence.reached
        return max(self.reach_now - reached, 0) if reached is not None else 0


def occurrence_page(occurrence: Occurrence) -> OccurrencePage:
    """Return what the page of one message shows."""
    history = approvals.approvals_of(occurrence)
    standing = (a for a in history if a.withdrawn_at is None and a.text_version == occurrence.text_version)
    communication = occurrence.communication
    return OccurrencePage(
        occurrence=occurrence,
        problems=problems_of(occurrence) if occurrence.status.can_be_written else [],
        approval=next(standing, None),
        history=history,
        reach_now=reach(communication.audience, clock.today(communication.timezone)),
        counts=delivery_counts(occurrence.mailing_id) if occurrence.mailing_id else {},
    )


def reach_of(communications: Sequence[Communication], on: date) -> dict[int, int]:
    """Return how many people each communication would reach now, in one pass over the directory."""
    audiences = {row.audience_id: row.audience for row in communications}
    numbers = dict(zip(audiences, reaches([a.rule for a in audiences.values()], on), strict=True))
    return {row.id: numbers[row.audience_id] for row in communications}


def some_recipients(communication: Communication, limit: int = 12) -> list[Person]:
    """Return the first of those whom the audience reaches now, by name, to show a text as they would get it."""
    today = clock.today(communication.timezone)
    return list(db.session.scalars(members(communication.audience, today).limit(limit)))


def recipient_by_email(communication: Communication, email: str) -> Person | None:
    """Return who has this address and is in the audience now, else None."""
    today = clock.today(communication.timezone)
    found = members(communication.audience, today).where(Person.email == email.strip().lower())
    return db.session.scalar(found)


def why_reached(delivery: Delivery) -> str:
    """Say why one person was sent one message: the audience, when it was resolved, who approved which version of the text.

    Empty for what is not a message of the calendar, such as a sign-in link.
    """
    occurrence = db.session.scalar(with_communication().where(Occurrence.mailing_id == delivery.mailing_id))
    if occurrence is None:
        return ""
    zone = ZoneInfo(occurrence.communication.timezone)
    queued = delivery.queued_at.astimezone(zone)
    approval = approvals.standing_approval(occurrence)
    by = f" {approval.approved_by.name} approved version {approval.text_version} of the text." if approval else ""
    name = delivery.name or delivery.address
    return (
        f"{name} belonged to “{occurrence.communication.audience.name}” when the recipients of “{occurrence.title}” were "
        f"found, {queued.day} {queued:%B %Y} at {queued:%H:%M}, {occurrence.communication.timezone}.{by}"
    )
