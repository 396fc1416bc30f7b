"""Limits on texts of the calendar, checked at every save: length, and that they can be laid out."""

from engagement.content import markdown
from engagement.errors import BadInput

LONGEST_SUBJECT, LONGEST_BODY = 300, 20_000
TOO_LONG = f"Keep the text under {LONGEST_BODY:,} characters."


def check_text(subject: str, body: str, field: str = "body") -> None:
    """Raise BadInput for a subject or a text that is too long, or a text that can't be laid out.

    `field` is the form's name for the text.
    """
    problems = {}
    if len(subject) > LONGEST_SUBJECT:
        problems["subject"] = f"Keep the subject under {LONGEST_SUBJECT} characters."
    if len(body) > LONGEST_BODY:
        problems[field] = f"Keep the text under {LONGEST_BODY:,} characters; it has {len(body):,}."
    else:
        try:
            markdown.check(body)
        except BadInput as error:
            problems[field] = error.sentence
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
