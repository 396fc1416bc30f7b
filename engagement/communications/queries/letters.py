"""The letter that one message of the calendar becomes, why it reaches its readers, and what fills its slots."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, String, case, literal

from engagement.audiences.conditions.queries.wave import WaveField
from engagement.audiences.rules import sure_conditions
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.readers import readers_by_language
from engagement.communications.texts.queries.merge_values import (
    IN_ITS_LANGUAGE,
    constants_for,
    person_columns,
    values_for,
)
from engagement.communications.texts.queries.scope_texts import published_for, scope_fields
from engagement.communications.texts.queries.translations import Text
from engagement.communications.texts.queries.value_texts import value_points, value_words
from engagement.communications.texts.rules.merge_fields import VALUE, fields_in, slot, without_slots
from engagement.communications.texts.rules.rendering import Rendered, rendered
from engagement.communications.texts.rules.scope_values import scope_points
from engagement.content.frames import Frame, frame_in
from engagement.db import db
from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.models import Mailing
from engagement.mail.queries import whole_text_of
from engagement.mail.rules import OUTSIDE, Letter
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.people.rules import TrainingRole
from engagement.waves.models import Wave

LONGEST_PREHEADER = 140
#: The slot with the link to the reader's own copy in the service, which has the button for confirming.
CONFIRM_SLOT = "confirm_link"
#: The slot with the map through which a message reaches somebody outside the directory.
MAP_SLOT = "map"


def asks_confirmation(occurrence: Occurrence) -> bool:
    """Return whether readers are asked to confirm; messages that readers can switch off never ask."""
    return occurrence.asks_confirmation and occurrence.communication.is_required


def letter_of(
    occurrence: Occurrence,
    text: Text,
    organisation: Organisation,
    prefix: str = "",
    roles: Collection[TrainingRole] = (),
) -> Letter:
    """Return one text of a message as built for readers with exactly these training roles, with `prefix` before its subject."""
    frame = frame_in(text.language)
    made = text_rendered(occurrence, text, frame, roles)
    subject = prefix + made.subject
    why = why_words(occurrence, frame)
    asks = asks_confirmation(occurrence)
    html = html_layout(
        subject,
        without_slots(_kicker(occurrence, frame)),
        made.html,
        _preheader(made),
        Around(why, organisation.name, frame.language),
        button=confirm_button(frame, frame.say("confirm_why")) if asks else None,
        language=text.language,
    )
    confirming = f"\n\n{frame.say('confirm_why')}\n{slot(CONFIRM_SLOT)}" if asks else ""
    return Letter(subject, f"{made.text}{confirming}\n\n--\n{why}", html, text.language)


def letter_outside(occurrence: Occurrence, text: Text, organisation: Organisation) -> Letter:
    """Return a text of a message for readers outside the directory: without links to pages of their own, and nothing to confirm."""
    frame = frame_in(text.language)
    made = text_rendered(occurrence, text, frame).without_links(frame.words)
    why = why_outside_words(occurrence, frame)
    around = Around(why, organisation.name, frame.language)
    kicker = without_slots(_kicker(occurrence, frame))
    html = html_layout(made.subject, kicker, made.html, _preheader(made), around, language=text.language)
    return Letter(made.subject, f"{made.text}\n\n--\n{why}", html, f"{text.language}{OUTSIDE}")


def confirm_button(frame: Frame, note: str = "") -> Button:
    """Return the button that leads each reader to their own copy, where they confirm having read it."""
    return Button(frame.say("confirm"), slot(CONFIRM_SLOT), note, frame.say("copy_address"))


def text_rendered(occurrence: Occurrence, text: Text, frame: Frame, roles: Collection[TrainingRole] = ()) -> Rendered:
    """Return a text of a message with the values that readers with these roles share; each person's own stay slots."""
    constants = constants_for(occurrence, language=text.language, roles=roles)
    published = published_for(occurrence.communication) if scope_fields(text) else []
    points = scope_points(published, roles, frame.say("not_published"))
    if VALUE in fields_in(text.subject, text.body):
        value = value_points(occurrence.communication, text.language)
        constants, points = constants | {VALUE: value_words(value)}, points | {VALUE: value}
    return rendered(text.subject, text.body, constants, frame.words, points)


def _kicker(occurrence: Occurrence, frame: Frame) -> str:
    communication = occurrence.communication
    about = communication.wave.title if communication.wave else communication.programme.name
    return f"{frame.say(communication.kind.value)} · {about}"


def _preheader(made: Rendered) -> str:
    """Return the first paragraph with words; mail programs show it beside the subject."""
    paragraphs = [" ".join(part.split()) for part in made.text.split("\n\n")]
    telling = [part for part in paragraphs if part and not part.endswith(",")]
    first = telling[0] if telling else ""
    if len(first) <= LONGEST_PREHEADER:
        return first
    # Cut before a slot rather than through it.
    return first[:LONGEST_PREHEADER].rpartition(" ")[0].partition("{{")[0].rstrip() + "…"


def why_words(occurrence: Occurrence, frame: Frame) -> str:
    """Tell a reader why they get the message; each person's values are slots.

    The words leave out the audience's name, which is meant for its writers.
    """
    communication = occurrence.communication
    wave = _wave_of_all(communication)
    sentence = frame.say(
        "why_wave" if wave else "why",
        department=slot("department"),
        programme=without_slots(communication.programme.name),
        wave=without_slots(wave.title) if wave else "",
    )
    return f"{sentence} {frame.say('required')}" if communication.is_required else sentence


def why_outside_words(occurrence: Occurrence, frame: Frame) -> str:
    """Tell a reader outside the directory why they get the message: as which stakeholder, which is a slot, of which map."""
    sender = without_slots(occurrence.communication.owner.name)
    return frame.say("why_outside", stakeholder=slot("name"), map=slot(MAP_SLOT), sender=sender)


def _wave_of_all(communication: Communication) -> Wave | None:
    """Return the wave that all readers are in, None when the audience does not ask for one."""
    asked = [c["values"] for c in sure_conditions(communication.audience.rule) if c["field"] == WaveField.name]
    ids = {values[0] for values in asked if len(values) == 1}
    own = communication.wave
    if own is not None and own.id in ids:
        return own
    return db.session.get(Wave, min(ids)) if ids else None


def why_for(occurrence: Occurrence, person: Person | None) -> str:
    """Return in English why the message reaches a person; without a person, the slots stay."""
    words = why_words(occurrence, frame_in("en"))
    return Rendered("", "", words).filled(values_for(person.id, fields_in(words))).text if person else words


def filled_columns(mailing: Mailing, organisation: Organisation = UNSET) -> dict[str, ColumnElement[str]]:
    """Return for each slot of a message, in all its languages, the column over `Person` that fills it."""
    names = fields_in(whole_text_of(mailing))
    columns = person_columns(names, mailing.language)
    worded = [name for name in names if name in IN_ITS_LANGUAGE]
    readers = readers_by_language(mailing, organisation) if worded else {}
    for language, reads in readers.items():
        for name, column in person_columns(worded, language).items():
            columns[name] = case((reads, column), else_=columns[name])
    if mailing.asks_confirmation:
        columns[CONFIRM_SLOT] = literal(own_copy_path(mailing.id), String)
    return columns


def own_copy_path(mailing_id: int) -> str:
    """Return the path at which every reader finds their own copy of a mailing."""
    return f"/me/mailings/{mailing_id}"
