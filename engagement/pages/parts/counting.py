"""Counting people again before the next page is read, after a form that moved many of them."""

from engagement.db import db
from engagement.pages.frame import guard
from engagement.readiness.tallies.actions import STEP, settle_tallies

#: Whoever moves more sees at the top of the next page that they are still being counted; this many take a second or two.
MOST = 5_000


def count_who_moved() -> None:
    """Count those again whom a saved form moved, so that the page it leads to has their numbers. Commits; very many are left to the timetable."""
    for _ in range(MOST // STEP):
        counted = settle_tallies(guard.settings().timezone)
        db.session.commit()
        if not counted:
            return
