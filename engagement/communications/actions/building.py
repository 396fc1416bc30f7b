"""Putting a message of the calendar into the outbox, with its texts as they are now."""

from engagement.communications.models import Occurrence
from engagement.communications.queries.letters import asks_confirmation, letter_of
from engagement.communications.texts.queries.scope_texts import readers_apart
from engagement.communications.texts.queries.translations import text_for, texts_of
from engagement.mail.actions.building import add_translation, build_mailing
from engagement.mail.models import Mailing
from engagement.mail.rules import MailingKind
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.people.queries import roles_of
from engagement.people.roles.rules import written_sets

TEST_PREFIX = "Test copy: "


def build_message(occurrence: Occurrence, organisation: Organisation = UNSET) -> Mailing:
    """Put the message with its current texts into the outbox; values that all readers share are filled in."""
    communication = occurrence.communication
    texts = texts_of(occurrence, organisation)
    own, *others = (letter_of(occurrence, text, organisation) for text in texts)
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
    for text in texts:
        for alike in readers_apart(communication, text):
            letter = letter_of(occurrence, text, organisation, roles=alike[0])
            add_translation(mailing, letter, written_sets(alike))
    return mailing


def build_test_copy(occurrence: Occurrence, person: Person, organisation: Organisation = UNSET) -> Mailing:
    """Put the text that this person would get into the outbox, marked as a test."""
    text, roles = text_for(occurrence, person.language, organisation), roles_of([person.id]).get(person.id, [])
    letter = letter_of(occurrence, text, organisation, TEST_PREFIX, roles)
    communication = occurrence.communication
    return build_mailing(
        MailingKind.TEST_COPY,
        letter,
        sender_name=communication.owner.name,
        reply_to=communication.owner.email,
        is_required=communication.is_required,
    )
