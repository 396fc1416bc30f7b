"""Mail of the demonstration that came back: for good, for now, and late; and an address that was let in again."""

from dataclasses import dataclass

from sqlalchemy import select

from engagement.db import db
from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.mail.bounces.actions.lifting import lift
from engagement.mail.bounces.actions.taking import take_report
from engagement.mail.bounces.queries import suppression_of
from engagement.mail.bounces.rules.causes import Cause
from engagement.mail.bounces.rules.reading import Returned
from engagement.mail.bounces.rules.return_path import instant_mark
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person


@dataclass(frozen=True)
class Back:
    """What came back `day` days from today, of the newest message to the `nth` person who got one."""

    day: int
    nth: int
    cause: Cause
    status: str
    words: str


BACK = (
    Back(-66, 31, Cause.CLOSED, "5.2.1", "smtp; 550 5.2.1 This mailbox has been disabled"),
    Back(-20, 44, Cause.FULL, "5.2.2", "smtp; 552 5.2.2 Mailbox over quota"),
    Back(
        -12,
        58,
        Cause.NO_MAILBOX,
        "5.1.1",
        "smtp; 550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table",
    ),
    Back(-5, 73, Cause.DELAYED, "4.4.1", "X-Postfix; connect to mx.example.com[192.0.2.25]:25: Connection timed out"),
)
#: Days from today on which the first of them was let in again, and the reason.
LET_IN, REASON = -64, "She was on leave, and IT had switched her mailbox off. It is on again."


def bounce(stage: Stage, offset: int) -> None:
    """Let come back what comes back on this day."""
    for back in BACK:
        if back.day == offset:
            with stage.at(stage.day(offset), 16):
                delivery = _newest_of(back.nth)
                if delivery is not None:
                    take_report(_returned(back, delivery))
    if offset == LET_IN:
        with stage.at(stage.day(offset), 9):
            delivery = _newest_of(BACK[0].nth)
            stop = suppression_of(delivery.address) if delivery else None
            if stop is not None:
                lift(stop, REASON, by=stage.accounts[roster.ADMIN.email].actor)


def _newest_of(nth: int) -> Delivery | None:
    got = (
        select(Delivery.person_id)
        .join(Delivery.mailing)
        .join(Delivery.person)
        .where(
            Mailing.kind == MailingKind.COMMUNICATION,
            Person.left_at.is_(None),
            Person.email.not_in([figure.email for figure in roster.FIGURES]),
        )
    )
    person = select(Person.id).where(Person.id.in_(got)).order_by(Person.id).offset(nth).limit(1)
    sent = select(Delivery).where(
        Delivery.person_id.in_(person), Delivery.state.in_((DeliveryState.SENT, DeliveryState.BOUNCED))
    )
    return db.session.scalar(sent.order_by(Delivery.id.desc()).limit(1))


def _returned(back: Back, delivery: Delivery) -> Returned:
    words = (
        "This is the mail system at host mail.example.com.\n\n"
        f"<{delivery.address}>: {back.words.partition('; ')[2]}\n\n"
        f"Final-Recipient: rfc822; {delivery.address}\nStatus: {back.status}\nDiagnostic-Code: {back.words}"
    )
    named = ((delivery.id, instant_mark(delivery.queued_at)),)
    return Returned(back.cause, delivery.address, back.status, words, named=named)
