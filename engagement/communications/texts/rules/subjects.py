"""Subjects for lists, with words in the place of merge fields."""

from engagement.communications.texts.rules.merge_fields import FIELD, FIELDS

#: Words that lists show for a field that differs by reader or has no known value.
IN_LISTS = {
    "first_name": "each reader",
    "name": "each reader",
    "department": "each department",
    "training_role": "each role",
    "wave": "the wave",
    "go_live": "the go-live",
    "workflow": "the workflow",
    "system_does": "what the system does",
    "people_do": "what people still do",
    "who_decides": "who decides",
    "signs_of_error": "how to tell it is wrong",
    "then_do": "what to do then",
    "about_the_job": "what it means for jobs",
    "programme": "the programme",
    "sender_name": "the sender",
}


def in_words(subject: str) -> str:
    """Return a subject as lists show it, with words for its fields: "Each department: what changes".

    Unknown fields stay as typed, so that they are noticed.
    """
    said = FIELD.sub(lambda match: IN_LISTS.get(match[1], "…") if match[1] in FIELDS else match[0], subject)
    return said[:1].upper() + said[1:] if FIELD.match(subject) else said
