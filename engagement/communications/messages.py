"""How one message of the calendar is built for delivery, and how it reads for one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from sqlalchemy import ColumnElement, String, case, literal, select
from sqlalchemy.orm import joinedload

from engagement.audiences.conditions.wave import WaveField
from engagement.audiences.rules import sure_conditions
from engagement.communications.merge_values import IN_ITS_LANGUAGE, constants_for, person_columns, values_for
from engagement.communications.merging import Rendered, fields_in, rendered, slot, without_slots
from engagement.communications.models import Communication, Occurrence
from engagement.communications.readers import readers_by_translation
from engagement.communications.translations import Text, main_text, text_for, texts_of
from engagement.content.frames import Frame, frame_in
from engagement.db import db
from engagement.mail.actions import add_translation, build_mailing
from engagement.mail.layout import Around, Button, html_layout, text_in
from engagement.mail.message import without_values
from engagement.mail.models import Delivery, Mailing, Translation
from engagement.mail.queries import translations_in, whole_text_of
from engagement.mail.rules import Letter, MailingKind
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.waves.models import Wave

LONGEST_PREHEADER = 140
TEST_PREFIX = "Test copy: "
#: The slot with the link to the reader's own copy in the service, which has the button for confirming.
CONFIRM_SLOT = "confirm_link"


def build_message(occurrence: Occurrence, organisation: Organisation = UNSET) -> Mailing:
    """Put the message with its current texts into the outbox; values that all readers share are filled in."""
    communication = occurrence.communication
    own, *others = (letter_of(occurrence, text, organisation) for text in texts_of(occurrence, organisation))
    mailing = build_mailing(
        MailingKind.COMMUNICATION,
        own,
        sender_name=communication.owner.name,
        reply_to=communication.owner.email,
        is_required=communication.is_required,
        title=occurrence.title,
        asks_confirmation=asks_confirmation(occurrence),
    )
    for letter in others:
        add_translation(mailing, letter)
    return mailing


def build_test_copy(occurrence: Occurrence, person: Person, organisation: Organisation = UNSET) -> Mailing:
    """Put the text that this person would get into the outbox, marked as a test."""
    letter = letter_of(occurrence, text_for(occurrence, person.language, organisation), organisation, TEST_PREFIX)
    communication = occurrence.communication
    return build_mailing(
        MailingKind.TEST_COPY,
        letter,
        sender_name=communication.owner.name,
        reply_to=communication.owner.email,
        is_required=communication.is_required,
    )


def asks_confirmation(occurrence: Occurrence) -> bool:
    """Return whether readers are asked to confirm; messages that readers can switch off never ask."""
    return occurrence.asks_confirmation and occurrence.communication.is_required


def letter_of(occurrence: Occurrence, text: Text, organisation: Organisation, prefix: str = "") -> Letter:
    """Return one text of a message as built, with `prefix` before its subject."""
    frame = frame_in(text.language)
    made = _rendered(occurrence, text, frame)
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


def confirm_button(frame: Frame, note: str = "") -> Button:
    """Return the button that leads each reader to their own copy, where they confirm having read it."""
    return Button(frame.say("confirm"), slot(CONFIRM_SLOT), note, frame.say("copy_address"))


def _rendered(occurrence: Occurrence, text: Text, frame: Frame) -> Rendered:
    constants = constants_for(occurrence, language=text.language)
    return rendered(text.subject, text.body, constants, frame.words)


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
    readers = readers_by_translation(mailing, organisation) if worded else {}
    for row in translations_in(mailing.id):
        if row.id in readers:
            for name, column in person_columns(worded, row.language).items():
                columns[name] = case((readers[row.id], column), else_=columns[name])
    if mailing.asks_confirmation:
        columns[CONFIRM_SLOT] = literal(own_copy_path(mailing.id), String)
    return columns


def own_copy_path(mailing_id: int) -> str:
    """Return the path at which every reader finds their own copy of a mailing."""
    return f"/me/mailings/{mailing_id}"


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
    made = _rendered(occurrence, text, frame_in(text.language))
    filled = made.filled(values_for(person.id, fields_in(made.subject, made.text, made.html), text.language))
    return Preview(text.language, filled.subject, filled.html, filled.text)


def preview_to_nobody(occurrence: Occurrence, organisation: Organisation = UNSET, text: Text | None = None) -> Preview:
    """Return a text of the message (None: its own) with its fields still in it."""
    if occurrence.mailing is not None:
        return _shown(occurrence.mailing, {})
    text = text or main_text(occurrence, organisation)
    made = _rendered(occurrence, text, frame_in(text.language))
    return Preview(text.language, made.subject, made.html, made.text)


def _as_sent(mailing: Mailing, person: Person) -> Preview:
    copy = select(Delivery).where(Delivery.mailing_id == mailing.id, Delivery.person_id == person.id)
    delivery = db.session.scalar(copy.options(joinedload(Delivery.translation)))
    if delivery is not None and delivery.is_emptied:
        return _without_values(delivery.letter)
    if delivery is not None:
        return _shown(delivery.letter, delivery.filled)
    return _shown(mailing, values_for(person.id, fields_in(mailing.subject, mailing.text), mailing.language))


def _shown(letter: Mailing | Translation, values: Mapping[str, str]) -> Preview:
    made = Rendered(letter.subject, text_in(letter.html), letter.text).filled(values)
    return Preview(letter.language, made.subject, made.html or _paragraphs(made.text), made.text)


def _without_values(letter: Mailing | Translation) -> Preview:
    subject, html, text = (without_values(part) for part in (letter.subject, text_in(letter.html), letter.text))
    return Preview(letter.language, subject, html or _paragraphs(text), text, is_emptied=True)


def _paragraphs(text: str) -> str:
    parts = text.split("\n\n--\n")[0].split("\n\n")
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part.strip())
