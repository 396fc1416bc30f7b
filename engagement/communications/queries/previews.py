"""How one message of the calendar reads for one person, or for somebody outside the directory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.audiences.outside.queries import Outsider
from engagement.communications.models import Occurrence
from engagement.communications.queries.letters import text_rendered
from engagement.communications.queries.outside import letter_for
from engagement.communications.texts.queries.merge_values import values_for
from engagement.communications.texts.queries.translations import Text, main_text, text_for
from engagement.communications.texts.rules.merge_fields import fields_in
from engagement.communications.texts.rules.rendering import Rendered
from engagement.content.frames import frame_in
from engagement.db import db
from engagement.mail.letters.rules.layout import text_in
from engagement.mail.letters.rules.slots import without_values
from engagement.mail.models import Delivery, Mailing, Translation
from engagement.mail.queries import outside_letters, translations_in
from engagement.mail.rules import OUTSIDE
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.people.queries import roles_of
from engagement.people.roles.rules import read_sets
from engagement.people.rules import TrainingRole
from engagement.stakeholders.copies.queries import copy_to


@dataclass(frozen=True)
class Preview:
    """A message as one person gets it: `html` is the clean text with values, without the frame of the mail.

    `is_emptied` marks a copy whose values were deleted, so that it shows stand-ins.
    """

    language: str
    subject: str
    html: str
    text: str
    is_emptied: bool = False


def preview_as(occurrence: Occurrence, person: Person, organisation: Organisation = UNSET) -> Preview:
    """Return the message as this person would get it now, in their language and with their values.

    Unknown fields stay as typed. A message that is out is shown as this person's copy was built then.
    """
    if occurrence.mailing is not None:
        return _as_sent(occurrence.mailing, person)
    text = text_for(occurrence, person.language, organisation)
    roles = roles_of([person.id]).get(person.id, [])
    made = text_rendered(occurrence, text, frame_in(text.language), roles)
    filled = made.filled(values_for(person.id, fields_in(made.subject, made.text, made.html), text.language))
    return Preview(text.language, filled.subject, filled.html, filled.text)


def preview_outside(
    occurrence: Occurrence, who: Outsider, values: Mapping[str, str], organisation: Organisation = UNSET
) -> Preview:
    """Return the message as somebody outside the directory would get it now, or as their copy was built.

    `values` are theirs now, from `queries.outside`.
    """
    if occurrence.mailing is not None:
        sent = _sent_outside(occurrence.mailing, who, values, organisation)
        if sent is not None:
            return sent
    text = text_for(occurrence, who.language, organisation)
    frame = frame_in(text.language)
    made = text_rendered(occurrence, text, frame).without_links(frame.words).filled(values)
    return Preview(text.language, made.subject, made.html, made.text)


def _sent_outside(
    mailing: Mailing, who: Outsider, values: Mapping[str, str], organisation: Organisation
) -> Preview | None:
    delivery = copy_to(who.stakeholder_id, mailing.id)
    if delivery is not None and delivery.is_emptied:
        return _without_values(delivery.letter)
    if delivery is not None:
        return _shown(delivery.letter, delivery.filled)
    letters = outside_letters(mailing.id)
    return _shown(letter_for(who, letters, organisation), values) if letters else None


def preview_to_nobody(
    occurrence: Occurrence,
    organisation: Organisation = UNSET,
    text: Text | None = None,
    roles: Collection[TrainingRole] = (),
) -> Preview:
    """Return a text of the message (None: its own) for readers with exactly these roles, with their own fields still in it."""
    if occurrence.mailing is not None:
        return _shown(_letter_to(occurrence.mailing, roles), {})
    text = text or main_text(occurrence, organisation)
    made = text_rendered(occurrence, text, frame_in(text.language), roles)
    return Preview(text.language, made.subject, made.html, made.text)


def _as_sent(mailing: Mailing, person: Person) -> Preview:
    copy = select(Delivery).where(Delivery.mailing_id == mailing.id, Delivery.person_id == person.id)
    delivery = db.session.scalar(copy.options(joinedload(Delivery.translation)))
    if delivery is not None and delivery.is_emptied:
        return _without_values(delivery.letter)
    if delivery is not None:
        return _shown(delivery.letter, delivery.filled)
    letter = _letter_to(mailing, roles_of([person.id]).get(person.id, []))
    return _shown(letter, values_for(person.id, fields_in(letter.subject, letter.text), letter.language))


def _letter_to(mailing: Mailing, roles: Collection[TrainingRole]) -> Mailing | Translation:
    """Return the text in a mailing's own language for somebody with exactly these roles, as it was built."""
    own = (row for row in translations_in(mailing.id) if row.language == mailing.language)
    return next((row for row in own if frozenset(roles) in read_sets(row.roles)), mailing)


def _shown(letter: Mailing | Translation, values: Mapping[str, str]) -> Preview:
    made = Rendered(letter.subject, text_in(letter.html), letter.text).filled(values)
    return Preview(letter.language.removesuffix(OUTSIDE), made.subject, made.html or _paragraphs(made.text), made.text)


def _without_values(letter: Mailing | Translation) -> Preview:
    subject, html, text = (without_values(part) for part in (letter.subject, text_in(letter.html), letter.text))
    return Preview(letter.language.removesuffix(OUTSIDE), subject, html or _paragraphs(text), text, is_emptied=True)


def _paragraphs(text: str) -> str:
    parts = text.split("\n\n--\n")[0].split("\n\n")
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part.strip())
