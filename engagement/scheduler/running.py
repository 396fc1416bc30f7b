"""Runs the jobs: whoever moves a job's due time forward runs it, so several schedulers can share a database."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from flask import Flask, current_app
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.db import db, insert_new, rows_changed
from engagement.engines import reads_only
from engagement.errors import EngagementError, RuleBroken
from engagement.scheduler.models import JobLine
from engagement.scheduler.timetable import TIMETABLE, Line
from engagement.set_aside import numbers_set_aside, try_line_again

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

TICK_SECONDS = 5
#: The scheduler counts as stopped when no job has started for this long (the most frequent one runs every 5 seconds).
STANDS_STILL_AFTER = timedelta(minutes=3)
LONGEST_RUN = timedelta(hours=1)
log = structlog.get_logger("engagement.clock")


@dataclass(frozen=True)
class LineState:
    """A job of the timetable with its last run, next run and last error; instants are in UTC."""

    name: str
    does: str
    every: timedelta
    due_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str
    error: str | None
    error_at: datetime | None
    set_aside: int = 0

    @property
    def has_failed(self) -> bool:
        """Whether its last run ended with an error."""
        return self.error_at is not None and (self.finished_at is None or self.error_at >= self.finished_at)

    @property
    def needs_somebody(self) -> bool:
        """Whether its last run ended with an error, or it set something aside."""
        return self.has_failed or self.set_aside > 0

    @property
    def is_running(self) -> bool:
        """Whether it started within the last hour and has no outcome; a killed process leaves it so."""
        ended = max((at for at in (self.finished_at, self.error_at) if at), default=None)
        began = self.started_at
        return began is not None and (ended is None or ended < began) and clock.now() - began < LONGEST_RUN


def start_clock(app: Flask) -> "BackgroundScheduler":
    """Start the scheduler in the background, with one APScheduler entry for each job, which only asks the table."""
    # Only the process with the clock needs it; pages read the timetable alone.
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
    )
    for line in TIMETABLE:
        scheduler.add_job(
            _tick, "interval", seconds=TICK_SECONDS, args=[app, line], id=line.name, next_run_time=clock.now()
        )
    scheduler.start()
    return scheduler


def _tick(app: Flask, line: Line) -> None:
    with app.app_context():
        reads_only.set(False)
        try:
            run_if_due(line)
        except Exception:
            log.exception("tick failed", line=line.name)


def run_if_due(line: Line, *, anyway: bool = False) -> bool:
    """Run a job if it is due and no other process was first; `anyway` runs it now even if not due.

    A run that somebody asked for also retries what the job had set aside. Returns whether it ran. Commits the claim
    before and the outcome after; an error is stored and logged, not raised.
    """
    now = clock.now()
    db.session.execute(
        insert_new(JobLine)
        .values(name=line.name, due_at=now, outcome="")
        .on_conflict_do_nothing(index_elements=["name"])
    )
    claim = update(JobLine).where(JobLine.name == line.name).values(due_at=line.next_due(now), started_at=now)
    claimed = rows_changed(claim if anyway else claim.where(JobLine.due_at <= now))
    if anyway:
        try_line_again(line.name)
    db.session.commit()
    if not claimed:
        return False
    try:
        outcome = line.job(current_app.config["SETTINGS"])
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        log.exception("job failed", line=line.name)
        sentence = error.sentence if isinstance(error, EngagementError) else _in_words(error)
        _record(line, error=sentence[:2000], error_at=clock.now())
    else:
        _record(line, outcome=outcome[:2000], finished_at=clock.now())
    return True


def ask_for_run(line: Line) -> None:
    """Have the next scheduler run a job and retry what it set aside; asking twice runs it once.

    Raises RuleBroken while it is running. The caller commits.
    """
    state = next(state for state in line_states() if state.name == line.name)
    if state.is_running:
        raise RuleBroken(f"{line.name} is running just now. Wait until it has ended.")
    now = clock.now()
    row = insert_new(JobLine).values(name=line.name, due_at=now, outcome="")
    db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"due_at": now}))
    try_line_again(line.name)


def _in_words(error: Exception) -> str:
    """Name an error; a database error without its text, which may hold people's words or a concern's number."""
    if isinstance(error, DBAPIError):
        return f"{type(error.orig).__name__}: the database refused it. The log says more."
    return f"{type(error).__name__}: {error}"


def _record(line: Line, **values: object) -> None:
    db.session.execute(update(JobLine).where(JobLine.name == line.name).values(**values))
    db.session.commit()


def line_states() -> list[LineState]:
    """Return every job of the timetable in order, with what is known of its runs."""
    set_aside = numbers_set_aside()
    rows = {row.name: row for row in db.session.scalars(select(JobLine).execution_options(populate_existing=True))}
    return [
        LineState(
            line.name,
            line.does,
            line.every,
            row.due_at if row else None,
            row.started_at if row else None,
            row.finished_at if row else None,
            row.outcome if row else "",
            row.error if row else None,
            row.error_at if row else None,
            set_aside.get(line.name, 0),
        )
        for line in TIMETABLE
        for row in [rows.get(line.name)]
    ]


def last_tick() -> datetime | None:
    """Return when any job last started (UTC), None if none ever did."""
    return db.session.scalar(select(func.max(JobLine.started_at)))


def clock_stands_still() -> bool:
    """Return whether no scheduler has run a job lately."""
    tick = last_tick()
    return tick is None or clock.now() - tick > STANDS_STILL_AFTER


def wait_for_stop(stop: threading.Event) -> None:
    """Wait until `stop` is set; in short pieces, so that Ctrl-C reaches the main thread at once."""
    while not stop.wait(0.2):
        pass
