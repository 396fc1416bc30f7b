"""Work that takes longer than a second: the page that asked for it is sent at once and shows how far the work is.

The answer is sent in parts, each with the present bar; the last part leads on. So nothing has to be remembered about work that
goes on, and it needs no script. Closing the page ends the work, and nothing of it is saved.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from flask import Flask, Response, current_app, get_template_attribute, render_template

from engagement.db import db
from engagement.errors import EngagementError

PAUSE = 0.25
"""Seconds between two parts: often enough to be seen moving, seldom enough for a slow line."""
PLACE = '<div class="work-steps">'
"""Where the parts stand in the page."""
log = structlog.get_logger("engagement.error")


Work = Callable[[Callable[[str, float], None]], str]
"""Does the work and commits it, telling words and a share from 0 to 1; returns the address that it leads to."""


def shown_while_working(heading: str, work: Work, *, back: str) -> Response:
    """Return the page that shows the work going on, then leads on; `back` is where to go when it fails.

    The work runs in its own thread and database session. An error with a sentence is shown with it; details of any other are
    only in the log.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    before, place, after = render_template("long_work.html", heading=heading).partition(PLACE)
    step, failed, done = (
        get_template_attribute("_macros/work.html", f"work_{part}") for part in ("step", "failed", "done")
    )
    told = _Told(structlog.contextvars.get_contextvars())
    db.session.remove()  # end what this request reads, so that the work can write

    def parts() -> Iterator[str]:
        yield before + place
        threading.Thread(target=_do, args=(app, work, told), daemon=True).start()
        try:
            yield step(*told.last)
            while (outcome := told.outcome(PAUSE)) is None:
                yield step(*told.last)
            yield done(outcome) if isinstance(outcome, str) else failed(_sentence(outcome), back)
            yield after
        finally:
            told.is_left_alone = True

    # A proxy that waits for the whole answer would hide the progress.
    return Response(parts(), mimetype="text/html", headers={"X-Accel-Buffering": "no"})


def _sentence(error: Exception) -> str:
    if isinstance(error, EngagementError):
        return error.sentence
    log.error("unexpected error", where="long work", exc_info=error)
    return "Something went wrong on our side, and nothing of this was saved. Try it once more."


class _Told:
    """What the working thread tells the thread that answers."""

    def __init__(self, named: dict[str, Any]) -> None:
        self.named = named
        """What log lines of the request are named by."""
        self.last = ("Beginning", 0.0)
        self.is_left_alone = False
        self._outcomes: queue.Queue[str | Exception] = queue.Queue()

    def __call__(self, doing: str, share: float) -> None:
        if self.is_left_alone:
            raise _LeftAlone
        self.last = (doing, share)

    def end(self, outcome: str | Exception) -> None:
        self._outcomes.put(outcome)

    def outcome(self, seconds: float) -> str | Exception | None:
        """The address that the work leads to, or the error that ended it; None if it still goes on after this time."""
        try:
            return self._outcomes.get(timeout=seconds)
        except queue.Empty:
            return None


class _LeftAlone(Exception):
    """Nobody waits for the work any more."""


def _do(app: Flask, work: Work, told: _Told) -> None:
    with app.app_context(), structlog.contextvars.bound_contextvars(**told.named):
        try:
            told.end(work(told))
        except Exception as error:
            db.session.rollback()
            told.end(error)
