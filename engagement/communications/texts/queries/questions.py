"""The question of a message in the language in which somebody reads it."""

from dataclasses import replace

from engagement.communications.models import Occurrence
from engagement.communications.texts.queries.translations import translation_in
from engagement.content.question import ReaderQuestion


def question_in(occurrence: Occurrence, language: str) -> ReaderQuestion | None:
    """Return the question in a language of its texts, else in the message's own; None where nothing is asked."""
    own = occurrence.asked
    if not own.is_begun:
        return None
    translation = translation_in(occurrence, language)
    if translation is None or not translation.asked.is_begun:
        return own
    return replace(translation.asked, right_answer=own.right_answer)
