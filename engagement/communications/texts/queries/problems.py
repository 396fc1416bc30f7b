"""What blocks a message from being approved and sent: problems in its texts and its audience."""

from engagement.audiences.queries import rule_problem
from engagement.communications.models import Occurrence
from engagement.communications.texts.queries.merge_values import constants_for
from engagement.communications.texts.queries.translations import translations_of
from engagement.communications.texts.queries.value_texts import value_constant
from engagement.communications.texts.rules.merge_fields import fields_in
from engagement.communications.texts.rules.problems import problems_in
from engagement.communications.texts.rules.questions import question_problems, translated_problems
from engagement.words import language_words


def problems_of(occurrence: Occurrence) -> list[str]:
    """Return a sentence for each problem in texts and audience that blocks approval and sending.

    Those of a translation begin with the name of its language.
    """
    translations = translations_of(occurrence)
    bodies = [occurrence.body, *(text.body for text in translations)]
    constants = constants_for(occurrence) | value_constant(occurrence.communication, fields_in(*bodies))
    found = problems_in(occurrence.subject, occurrence.body, constants)
    is_confirmed = occurrence.asks_confirmation and occurrence.communication.is_required
    found += question_problems(occurrence.asked, is_confirmed=is_confirmed)
    for text in translations:
        own = problems_in(text.subject, text.body, constants)
        if text.body.strip() and text.body == occurrence.body:
            own.append("The text is still the one that it is a translation of.")
        own += translated_problems(text.asked, occurrence.asked)
        found += [f"{language_words(text.language)}: {sentence}" for sentence in own]
    whom = rule_problem(occurrence.communication.audience)
    return [*found, whom] if whom else found
