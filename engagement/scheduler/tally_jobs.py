"""The jobs of the timetable about kept numbers: counting changed people again, and comparing with a count of everybody."""

import structlog

from engagement.db import db
from engagement.readiness.tallies.actions import count_everything, settle_tallies
from engagement.readiness.tallies.queries.sums import waves_that_differ
from engagement.settings import Settings
from engagement.words import plural

log = structlog.get_logger("engagement.jobs")


def settle_counts(settings: Settings) -> str:
    """Count the people again whose numbers changed, some at a time, until nobody is left."""
    people, counted = 0, 1
    while counted:
        counted = settle_tallies(settings.timezone)
        # With nobody counted too: the day may be another.
        db.session.commit()
        people += counted
    return f"{plural(people, 'person', 'people')} counted again."


def compare_counts(settings: Settings) -> str:
    """Compare the kept numbers of every wave with a count of everybody; count everything anew if any differ."""
    differ = waves_that_differ()
    if not differ:
        return "The kept numbers of every wave are those of a full count."
    log.error("kept numbers differ", waves=differ)
    count_everything(settings.timezone)
    db.session.commit()
    return f"The kept numbers of {plural(len(differ), 'wave', 'waves')} differed, so everything was counted anew."
