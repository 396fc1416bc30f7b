"""The texts of one message, its own and its translations, and which of them a reader gets."""

from dataclasses import dataclass

from sqlalchemy import select

from engagement.communications.models import Communication, Occurrence, OccurrenceText
from engagement.communications.texts.rules.languages import best_match
from engagement.db import db
from engagement.people.organisation.rules import Organisation


@dataclass(frozen=True)
class Text:
    """Subject and body as somebody wrote them in one language, with their merge fields."""

    language: str
    subject: str
    body: str


def main_language(communication: Communication, organisation: Organisation) -> str:
    """Return the language of a communication's own texts."""
    return communication.language or organisation.language


def translations_of(occurrence: Occurrence) -> list[OccurrenceText]:
    """Return the translations of a message, by language."""
    rows = select(OccurrenceText).where(OccurrenceText.occurrence_id == occurrence.id)
    return list(db.session.scalars(rows.order_by(OccurrenceText.language)))


def translation_in(occurrence: Occurrence, language: str) -> OccurrenceText | None:
    """Return the translation of a message into one language, None where there is none."""
    return next((row for row in translations_of(occurrence) if row.language == language), None)


def main_text(occurrence: Occurrence, organisation: Organisation) -> Text:
    """Return the text for everybody without a text in their own language."""
    return Text(main_language(occurrence.communication, organisation), occurrence.subject, occurrence.body)


def texts_of(occurrence: Occurrence, organisation: Organisation) -> list[Text]:
    """Return all texts of a message, the communication's own first."""
    others = [Text(row.language, row.subject, row.body) for row in translations_of(occurrence)]
    return [main_text(occurrence, organisation), *others]


def text_for(occurrence: Occurrence, language: str | None, organisation: Organisation) -> Text:
    """Return the text for a reader of this language (None: the organisation's language)."""
    texts = texts_of(occurrence, organisation)
    match = best_match(language or organisation.language, [text.language for text in texts])
    return next((text for text in texts if text.language == match), texts[0])
