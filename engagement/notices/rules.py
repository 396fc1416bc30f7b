"""Limits of notices, and what is wrong with one."""

from engagement.communications.texts.rules.merge_fields import fields_in

LONGEST_WHY, LONGEST_SUBJECT, LONGEST_BODY = 1_000, 200, 20_000


def notice_problems(subject: str, body: str) -> dict[str, str]:
    """Return what is wrong with the text of a notice, by field."""
    problems = {}
    if not subject or len(subject) > LONGEST_SUBJECT:
        problems["subject"] = f"Write a subject, at most {LONGEST_SUBJECT} characters."
    if not body.strip():
        problems["body"] = (
            "Write what people have to know: what the workflow does with their work, and what that means for them."
        )
    elif len(body) > LONGEST_BODY:
        problems["body"] = f"Shorten this to {LONGEST_BODY:,} characters; it has {len(body):,}."
    if used := fields_in(subject, body):
        problems["body"] = f"Take out “{used[0]}” in braces: everybody gets the same words, so that they can be proved."
    return problems


def why_problem(why: str) -> str:
    """Return what is wrong with why a workflow affects workers, "" if nothing is."""
    if not why:
        return "Say how it affects them. One sentence is enough."
    return f"Shorten this to {LONGEST_WHY:,} characters; it has {len(why):,}." if len(why) > LONGEST_WHY else ""
