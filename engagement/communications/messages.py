"""How one message of the calendar is built for delivery, and how it reads for one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from sqlalchemy import select

from engagement.communications.merge_values import constants_for, values_for
from engagement.communications.merging import Rendered, fields_in, rendered, without_slots
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.mail.actions import build_mailing
from engagement.mail.layout import html_layout, text_in
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import MailingKind
from engagement.people.models import Person

LONGEST_PREHEADER = 140
TEST_PREFIX = "Test copy: "


@dataclass(frozen=True)
class BuiltMessage:
    """A message in the outbox, not yet addressed, with the names of the slots that each person's row must fill."""

    mailing: Mailing
    slots: list[str]


def build_message(occurrence: Occurrence, *, kind: MailingKind, organisation: str = "") -> BuiltMessage:
    """Put the message, as its text is now, into the outbox; what is the same for all readers is filled in."""
    communication = occurrence.communication
    made = rendered(occurrence.subject, occurrence.body, constants_for(occurrence))
    why = without_slots(why_words(occurrence))
    subject = TEST_PREFIX + made.subject if kind is MailingKind.TEST_COPY else made.subject
    html = html_layout(
        subject, without_slots(_kicker(occurrence)), made.html, why, _preheader(made), organisation=organisation
    )
    text = f"{made.text}\n\n--\n{why}"
    mailing = build_mailing(
        kind,
        subject,
        text,
        html,
        sender_name=communication.owner.name,
        reply_to=communication.owner.email,
        is_required=communication.is_required,
    )
    return BuiltMessage(mailing, fields_in(subject, text, html))


def _kicker(occurrence: Occurrence) -> str:
    communication = occurrence.communication
    return f"{communication.kind.word} · {communication.wave.title if communication.wave else communication.programme.name}"


def _preheader(made: Rendered) -> str:
    """Return the first paragraph that says something: mail programs show it beside the subject."""
    paragraphs = [" ".join(part.split()) for part in made.text.split("\n\n")]
    telling = [part for part in paragraphs if part and not part.endswith(",")]
    first = telling[0] if telling else ""
    if len(first) <= LONGEST_PREHEADER:
        return first
    # Cut before a slot rather than through it.
    return first[:LONGEST_PREHEADER].rpartition(" ")[0].partition("{{")[0].rstrip() + "…"


def why_words(occurrence: Occurrence) -> str:
    """Say to a reader why the message reached them."""
    communication = occurrence.communication
    sentence = f"You get this because you belong to “{communication.audience.name}”."
    return (
        f"{sentence} It is a required message, so it can’t be switched off." if communication.is_required else sentence
    )


@dataclass(frozen=True)
class Preview:
    """A message as one person gets it: `html` is the text without the frame of the mail, clean and filled in."""

    subject: str
    html: str
    text: str


def preview_as(occurrence: Occurrence, person: Person) -> Preview:
    """Return the message as this person would get it now, with their real values; unknown fields stay as they are typed.

    A message that is out is shown as it was built then, with the values that this person's copy had.
    """
    if occurrence.mailing is not None:
        return _as_sent(occurrence.mailing, _values_sent(occurrence.mailing, person))
    made = rendered(occurrence.subject, occurrence.body, constants_for(occurrence))
    filled = made.filled(values_for(person.id, fields_in(made.subject, made.text, made.html)))
    return Preview(filled.subject, filled.html, filled.text)


def _values_sent(mailing: Mailing, person: Person) -> dict[str, str]:
    copy = select(Delivery.filled).where(Delivery.mailing_id == mailing.id, Delivery.person_id == person.id)
    filled = db.session.scalar(copy)
    return filled if filled is not None else values_for(person.id, fields_in(mailing.subject, mailing.text))


def _as_sent(mailing: Mailing, values: Mapping[str, str]) -> Preview:
    made = Rendered(mailing.subject, text_in(mailing.html), mailing.text).filled(values)
    return Preview(made.subject, made.html or _paragraphs(made.text), made.text)


def _paragraphs(text: str) -> str:
    parts = text.split("\n\n--\n")[0].split("\n\n")
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part.strip())


def preview_to_nobody(occurrence: Occurrence) -> Preview:
    """Return the message with its fields still in it, for an audience that reaches nobody."""
    if occurrence.mailing is not None:
        return _as_sent(occurrence.mailing, {})
    made = rendered(occurrence.subject, occurrence.body, constants_for(occurrence))
    return Preview(made.subject, made.html, made.text)
