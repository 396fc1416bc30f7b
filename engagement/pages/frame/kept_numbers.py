"""Pages show numbers of people as they are kept while very many are marked to be counted again, and say so at the top."""

from datetime import timedelta

from flask import Flask, request

from engagement import clock
from engagement.pages.frame.formats import moment
from engagement.waves.tallies.queries import MOST_TOLD, Shown, shown

#: Counting everybody in a large organisation takes less.
USUALLY_DONE_WITHIN = timedelta(minutes=3)


def register(app: Flask) -> None:
    """Let every page show kept numbers; files, which couldn't say so, and whatever changes something count everybody."""
    app.before_request(_begin)
    app.teardown_request(_end)


def _begin() -> None:
    is_file = "." in request.path.rpartition("/")[2]
    shown.set(Shown() if request.method in ("GET", "HEAD") and not is_file else None)


def _end(_error: BaseException | None) -> None:
    # The thread may next do something that is no request.
    shown.set(None)


def told() -> tuple[str, str] | None:
    """Return what this page says of people who wait to be counted again, as a heading and a text; None if its numbers are right."""
    page = shown.get()
    if page is None or page.waiting is None:
        return None
    people, since = page.waiting
    number = f"{people:,}" if people is not None else f"More than {MOST_TOLD:,}"
    what = "how many people and champions are in a wave, what they were told and what they have learned"
    if clock.now() - since > USUALLY_DONE_WITHIN:
        return (
            f"{number} people have waited to be counted again since {moment(since)}.",
            f"What this page says of {what} is from then. Counting is usually done within a minute, so whoever looks after this service "
            "should see whether its jobs run.",
        )
    return (
        f"{number} people are being counted again.",
        f"What this page says of {what} is from {moment(since)}. Open it again in a minute. A decision at a gate counts everybody first.",
    )
