"""The words of tasks about workflows: a review that is due, and who may stop them."""

from datetime import date

from engagement.attention.queries.need import Need
from engagement.attention.queries.oversight import OversightLapsed
from engagement.pages.frame.formats import day
from engagement.words import days_away


def workflow_words(need: Need, on: date) -> str:
    """Say what is wrong with who may stop a workflow, or since when its review is due; and who runs it."""
    owner = f"{need.who.name} runs it day to day." if need.who else "Nobody runs it day to day."
    if isinstance(need.subject, OversightLapsed):
        return f"{' '.join(lapse.sentence for lapse in need.subject.lapses)} {owner}"
    assert isinstance(need.by, date)
    return (
        f"Its review was due on {day(need.by)}, {days_away(need.by, on)}. {owner} "
        "Does it still pay, and is its page still right? Then say when the next review is."
    )
