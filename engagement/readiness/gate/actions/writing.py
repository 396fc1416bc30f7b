"""Letters about gates: to who is named there, whose decision comes near or is asked for again, and who has a condition to meet.

They never bring a reason or a condition that somebody wrote: the mail log has more readers than a gate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engagement import clock
from engagement.accounts.queries import account_of_person
from engagement.content.markdown import to_html
from engagement.days.working_hours import next_working_instant
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.rules import Letter, MailingKind
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation, working_time
from engagement.readiness.gate.models import GateAsking
from engagement.readiness.gate.queries.watching import approvers_to_ask
from engagement.readiness.gate.rules import decide_by
from engagement.waves.models import Wave
from engagement.words import day_words

_LINK = "{{ gate_link }}"
_APPROVES = "You get this because you decide at the gate of this wave."


@dataclass(frozen=True)
class Words:
    """The fixed words of a letter about a gate; its subject names the wave alone, so that lists of mail can say it."""

    subject: str
    text: str
    why: str = _APPROVES
    button: str = "Open the gate"


AGAIN = Words(
    "Decide again: the gate of {{ wave }} is open",
    "{{ what }} So the decision doesn’t stand, and messages around its go-live are held.\n\n{{ reason }}\n\n"
    "Look at the criteria as they are now, then decide again.",
)
NAMED = Words(
    "You are heard at the gate of {{ wave }}",
    "Before {{ wave }} goes live on {{ day }}, you are asked for a decision: go, go with conditions, or no-go. Decide by {{ due }}: "
    "what goes out from then on depends on it. Until then you see there how ready it is.",
)
NEAR = Words(
    "Go or no-go for {{ wave }}: decide now",
    "{{ wave }} is to go live on {{ day }}, and you have not decided yet. Decide by {{ due }}: what goes out from then on depends on it. "
    "Look at the criteria as they are now, then say go, go with conditions, or no-go.",
)
CONDITION = Words(
    "A condition of {{ wave }} is yours to meet",
    "{{ wave }} may go live under a condition, and {{ approver }} named you as the one who meets it until {{ due }}. "
    "Read what is asked of you, and say there in a sentence what was done.",
    "You get this because you are named as the one who meets this condition.",
    "Open the condition",
)
PAST = Words(
    "{{ wave }} goes on without its gate",
    "{{ who }} lets {{ wave }} go on without its gate until {{ until }}, whatever was decided there. It is to go live on {{ day }}. "
    "Why stands at the gate, beside the criteria as they are now.",
)


def write(words: Words, wave: Wave, people: Sequence[Person], link: str = "", **values: str) -> int:
    """Write to these people about the gate of a wave, at once; return how many can be reached."""
    return _queue(words, wave, people, link, values, None)


def day_in_letter(day: date) -> str:
    """Write a day as these letters do, with its year: a letter is read when it may be another one."""
    return day_words(day, with_year=True)


def ask_approvers(wave_id: int, on: date, organisation: Organisation) -> int:
    """Write to who has not decided near a go-live, in their working hours, once for the day; return how many letters."""
    # If two schedulers run at the same moment, the second one finds what the first wrote.
    wave = db.session.get_one(Wave, wave_id, with_for_update={"of": Wave})
    people = approvers_to_ask(on, Wave.id == wave_id).get(wave_id, [])
    db.session.add_all(GateAsking(wave_id=wave.id, person_id=person.id, at=clock.now()) for person in people)
    db.session.flush()
    return _queue(NEAR, wave, people, "", {"due": day_in_letter(decide_by(wave.go_live_on))}, organisation)


def _queue(
    words: Words,
    wave: Wave,
    people: Sequence[Person],
    link: str,
    values: dict[str, str],
    organisation: Organisation | None,
) -> int:
    reached = [(person, address) for person in people if is_usable_address(address := _address(person))]
    if not reached:
        return 0
    html = html_layout(
        words.subject,
        "Engagement",
        to_html(words.text),
        words.subject,
        Around(words.why),
        button=Button(words.button, _LINK),
    )
    text = f"{words.text}\n\n{words.button}:\n{_LINK}\n\n--\n{words.why}"
    mailing = build_mailing(MailingKind.NOTICE, Letter(words.subject, text, html), title=f"Gate of {wave.title}")
    filled = {"wave": wave.title, "gate_link": link or f"/waves/{wave.id}/readiness", **values}
    if "{{ day }}" in words.text:
        filled["day"] = day_in_letter(wave.go_live_on)
    for person, address in reached:
        due_at = None
        if organisation is not None:
            hours = (person.timezone, person.works_from, person.works_until, person.country)
            due_at = next_working_instant(clock.now(), working_time(*hours, organisation))
        queue_for_address(mailing, address, person.name, filled, person.id, due_at)
    return len(reached)


def _address(person: Person) -> str:
    account = account_of_person(person.id)
    return person.email or (account.email if account is not None else "")
