"""The words of tasks about workflows: a review that is due, and who may stop them."""

from datetime import date

from engagement.attention.queries.need import Need
from engagement.attention.queries.oversight import OversightLapsed
from engagement.pages.frame.formats import day
from engagement.words import days_away


def review_words(need: Need, on: date) -> str:
    """Say since when a workflow is to be looked at again, and by whom."""
    assert isinstance(need.by, date)
    return (
        f"Its review was due on {day(need.by)}, {days_away(need.by, on)}. {_owner(need)} "
        "Does it still pay, and is its page still right? Then say when the next review is."
    )


def lapse_words(need: Need, found: OversightLapsed) -> str:
    """Say what is wrong with who may stop a workflow, and who runs it."""
    return f"{' '.join(lapse.sentence for lapse in found.lapses)} {_owner(need)}"


def _owner(need: Need) -> str:
    return f"{need.who.name} runs it day to day." if need.who else "Nobody runs it day to day."
