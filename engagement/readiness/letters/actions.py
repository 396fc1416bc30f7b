"""Writing a letter about the readiness of a wave to people of the directory.

Such a letter never brings a reason, a condition or a criterion that somebody wrote: the mail log has more readers than a wave's readiness.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engagement import clock
from engagement.accounts.queries import account_of_person
from engagement.content.markdown import to_html
from engagement.days.working_hours import next_working_instant
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.rules import Letter, MailingKind
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation, working_time
from engagement.waves.models import Wave
from engagement.words import day_words

_LINK = "{{ gate_link }}"
_APPROVES = "You get this because you decide at the gate of this wave."


@dataclass(frozen=True)
class Words:
    """The fixed words of a letter; its subject names the wave alone, so that lists of mail can say it."""

    subject: str
    text: str
    why: str = _APPROVES
    button: str = "Open the gate"


def write(words: Words, wave: Wave, people: Sequence[Person], link: str = "", **values: str) -> int:
    """Write to these people about a wave, at once; return how many can be reached.

    `link` is the page that it leads to, "" for the wave's readiness. A slot `day` is the go-live; `values` fill the others.
    """
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
        queue_for_address(mailing, address, person.name, filled, person.id)
    return len(reached)


def day_in_letter(day: date) -> str:
    """Write a day as these letters do, with its year: a letter is read when it may be another one."""
    return day_words(day, with_year=True)


def is_at_work(person: Person | None, organisation: Organisation) -> bool:
    """Return whether it is the working time of somebody, None for that of the organisation.

    What waits for that is asked again then and written at once: a letter that lies in the outbox overnight may be overtaken.
    """
    hours = (
        (person.timezone, person.works_from, person.works_until, person.country) if person else (None, None, None, "")
    )
    now = clock.now()
    return next_working_instant(now, working_time(*hours, organisation)) <= now


def _address(person: Person) -> str:
    account = account_of_person(person.id)
    return person.email or (account.email if account is not None else "")
