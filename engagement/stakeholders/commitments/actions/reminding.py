"""Letters about promises: to the owner before the day, to others after it. They never say what was promised, or to whom.

The mail log has more readers than a promise.
"""

from collections.abc import Sequence
from datetime import date

from engagement import clock
from engagement.accounts.models import Account
from engagement.content.markdown import to_html
from engagement.days.working_hours import next_working_instant
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.rules import Letter, MailingKind
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation, working_time
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.reminding import (
    promises_to_remind_of,
    promises_to_tell_of,
    was_told_with_another,
    who_is_told,
)
from engagement.words import day_words

_LINK = "{{ promise_link }}"
_DUE = (
    "What you promised is due on {{ due }}",
    "Something that you promised a stakeholder is due on {{ due }}. Keep it, then say in a sentence what came of it. If another day "
    "is needed, say which and why.",
    "You get this because you are named as the one who keeps this promise.",
)
_LATE = (
    "A promise was not kept by {{ due }}",
    "Something was promised to a stakeholder for {{ due }}, and nobody has said what came of it. {{ owner }} was to keep it.",
    "You get this because you look after this stakeholder, lead a wave on whose map they stand, or manage its change.",
)


def remind_of_promise(commitment_id: int, on: date, organisation: Organisation = UNSET) -> int:
    """Queue the reminder of a promise to its owner, in their working hours; return how many letters.

    Once for each day on which it is due; what was made in one talk for several stakeholders is one letter.
    """
    commitment = _locked(commitment_id)
    if commitment_id not in promises_to_remind_of(on, organisation.country):
        return 0
    is_told = was_told_with_another(commitment, late=False)
    commitment.reminded_for = commitment.due_on
    return 0 if is_told else _write(_DUE, commitment, [commitment.owner], organisation)


def tell_of_late_promise(commitment_id: int, on: date, organisation: Organisation = UNSET) -> int:
    """Queue the letters that a promise is past its day, once for each day on which it was due; return how many."""
    commitment = _locked(commitment_id)
    if commitment_id not in promises_to_tell_of(on):
        return 0
    is_told = was_told_with_another(commitment, late=True)
    commitment.escalated_for = commitment.due_on
    return 0 if is_told else _write(_LATE, commitment, who_is_told(commitment), organisation)


def _locked(commitment_id: int) -> Commitment:
    # If two schedulers run at the same moment, the second one finds what the first wrote.
    return db.session.get_one(Commitment, commitment_id, with_for_update={"of": Commitment})


def _write(
    words: tuple[str, str, str], commitment: Commitment, to: Sequence[Person | Account], organisation: Organisation
) -> int:
    subject, sentence, why = words
    reached = [each for each in to if is_usable_address(each.email or "")]
    db.session.flush()
    if not reached:
        return 0
    html = html_layout(
        subject, "Engagement", to_html(sentence), subject, Around(why), button=Button("Open the promise", _LINK)
    )
    text = f"{sentence}\n\nOpen the promise:\n{_LINK}\n\n--\n{why}"
    mailing = build_mailing(MailingKind.NOTICE, Letter(subject, text, html))
    values = {"due": day_words(commitment.due_on), "promise_link": f"/stakeholders/promises/{commitment.id}"}
    if "{{ owner }}" in sentence:
        values["owner"] = commitment.owner.name
    for each in reached:
        person = each if isinstance(each, Person) else each.person
        due_at = next_working_instant(clock.now(), working_time(*_hours(person), organisation))
        queue_for_address(mailing, each.email or "", each.name, values, person.id if person else None, due_at)
    return len(reached)


def _hours(person: Person | None) -> tuple[str | None, str | None, str | None, str]:
    return (
        (person.timezone, person.works_from, person.works_until, person.country) if person else (None, None, None, "")
    )
