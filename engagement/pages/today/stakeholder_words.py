"""What stakeholders ask of the reader, in the words of Today: promises, next steps, contacts, sponsors' steps, who is gone."""

from datetime import date

from engagement.attention.queries.need import Need
from engagement.attention.rules import Reason
from engagement.pages.frame.formats import day, short_day, shortened
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.leadership.queries import StepShown
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.rules import LastContact
from engagement.words import days_away

_GONE = {True: "has left", False: "is no sponsor there any more"}


def promise_words(need: Need, found: Commitment, on: date) -> str:
    when = "Due today" if found.due_on == on else f"Was due {day(found.due_on)}"
    return f"Promised to {need.name} by {found.owner.name}. {when}."


def gone_words(stakeholder: Stakeholder) -> tuple[str, str]:
    if stakeholder.person is not None:
        way_on = "Put whoever has their part now on the map, give them what was promised, and take this entry off."
        return f"{stakeholder.title} has left", way_on
    return (
        f"{stakeholder.title} was closed",
        "Its people are counted where they work now. Put that department on the map, and take this entry off.",
    )


def next_step_words(need: Need) -> str:
    after = f" {need.who.name} looks after them." if need.who else " Nobody looks after them."
    return f"Much power and much interest, and nothing is planned with them.{after}"


def contact_words(need: Need, found: LastContact) -> str:
    last = f"Last contact on {short_day(found.last_on)}." if found.last_on else "No contact is logged yet."
    after = f" {need.who.name} looks after them." if need.who else " Nobody looks after them."
    every = f" Wanted {found.every.word.lower()}." if found.every else ""
    return f"{last}{every}{after}"


def step_words(need: Need, shown: StepShown, on: date) -> str:
    line, what = shown.line, shortened(shown.line.what, 120)
    planned = f"{'Was planned' if need.days_late else 'Planned'} for {day(line.due_on)}, {days_away(line.due_on, on)}."
    if need.reason is Reason.OWN_STEP:
        return f"{what} For {shown.step.place_words}. {planned}"
    gone = "" if shown.is_sponsor else f" {line.person.name} {_GONE[line.person.has_left]}."
    return f"{line.person.name}, for {shown.step.place_words}. {planned}{gone}"
