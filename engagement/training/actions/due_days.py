"""Exceptions: gives one person another due day for an assignment, or the wave's day again."""

from datetime import date

from engagement import audit, clock
from engagement.audit import Actor
from engagement.days.working_days import nearest_working_day, why_off
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.organisation.rules import UNSET
from engagement.training.models import Assignment, OwnDueDay
from engagement.verbs import Verb
from engagement.words import day_words

LONGEST_REASON = 1_000


def give_own_due_day(
    assignment: Assignment, due_on: date | None, *, reason: str, by: Actor, country: str = UNSET.country
) -> None:
    """Give an assignment its own due day, whatever happens to the wave's go-live; None gives the wave's day again.

    The same day again changes nothing. Raises RuleBroken for an assignment that is no longer asked; BadInput for a day
    in the past, a day off in the organisation's `country`, or a missing reason.
    """
    wave, person = assignment.wave, assignment.person
    if assignment.withdrawn_at is not None or person.has_left or not wave.status.is_open:
        raise RuleBroken(f"This training is not asked of {person.name} any more, so it needs no other day.")
    if due_on == assignment.own_due_on:
        return
    reason = reason.strip()
    problems = {}
    if due_on is not None and due_on < clock.now().date():
        problems["due_on"] = "This day has passed. Choose today or a later day."
    elif due_on is not None and (why := why_off(due_on, country)):
        before = day_words(nearest_working_day(due_on, country, -1))
        problems["due_on"] = f"This is {why}, when nobody has to learn. The working day before is {before}."
    if not reason or len(reason) > LONGEST_REASON:
        problems["reason"] = "Say why, in at most 1,000 characters. One sentence is enough; the person reads it."
    if problems:
        raise BadInput("The day can’t be given like this.", problems)
    changes = {
        "training due": (assignment.due_on, due_on or wave.training_due_on),
        "role": (None, assignment.role),
        "reason": (None, reason),
    }
    audit.record(Verb.GAVE_DUE_DAY if due_on else Verb.GAVE_WAVES_DUE_DAY, assignment, by=by, **changes)
    assignment.own_due_on = due_on
    db.session.add(
        OwnDueDay(
            assignment_id=assignment.id,
            person_id=person.id,
            due_on=due_on,
            reason=reason,
            said_at=clock.now(),
            said_by=by.name[:401],
            said_by_id=by.account_id,
        )
    )
    db.session.flush()
