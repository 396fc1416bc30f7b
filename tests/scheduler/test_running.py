"""Running the timetable's lines: one of many clocks runs a line, a failure is kept and the next run goes on."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from engagement import clock
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.scheduler.models import JobLine
from engagement.scheduler.running import TICK_SECONDS, LineState, clock_stands_still, last_tick, line_states, run_if_due
from engagement.scheduler.timetable import TIMETABLE, Line, line_named
from engagement.settings import Settings

SETTLE = TIMETABLE[0]


def state_of(line: Line) -> LineState:
    return next(state for state in line_states() if state.name == line.name)


def with_job(job: object) -> Line:
    return replace(SETTLE, job=job)  # type: ignore[type-var]


def test_of_eight_clocks_that_tick_at_once_one_runs_the_line(app: Flask) -> None:
    runs: list[int] = []
    together = threading.Barrier(8)
    ran: list[bool] = []
    line = with_job(lambda _settings: str(runs.append(1) or len(runs)))

    def tick() -> None:
        with app.app_context():
            together.wait()
            ran.append(run_if_due(line))

    threads = [threading.Thread(target=tick) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(runs), sorted(ran)) == (1, [False] * 7 + [True])
    assert state_of(line).outcome == "1"


def test_a_line_runs_when_it_is_due_and_not_before(app: Flask, frozen: time_machine.Traveller) -> None:
    assert state_of(SETTLE).due_at is None
    assert run_if_due(SETTLE)
    assert not run_if_due(SETTLE)
    assert (state_of(SETTLE).started_at, state_of(SETTLE).due_at) == (clock.now(), clock.now() + SETTLE.every)
    frozen.shift(SETTLE.every - timedelta(seconds=1))
    assert not run_if_due(SETTLE)
    frozen.shift(timedelta(seconds=1))
    assert run_if_due(SETTLE)
    assert run_if_due(SETTLE, anyway=True)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(RuleBroken("The wave is closed."), "The wave is closed."), (KeyError("wave"), "KeyError: 'wave'")],
)
def test_a_failure_is_kept_and_shown_and_the_next_run_goes_on(
    app: Flask, frozen: time_machine.Traveller, error: Exception, sentence: str
) -> None:
    def fail(_settings: Settings) -> str:
        db.session.add(JobLine(name="half-done", due_at=clock.now()))
        db.session.flush()
        raise error

    assert run_if_due(with_job(fail))
    failed = state_of(SETTLE)
    assert (failed.error, failed.error_at, failed.has_failed) == (sentence, clock.now(), True)
    assert db.session.get(JobLine, "half-done") is None
    frozen.shift(SETTLE.every)
    assert run_if_due(SETTLE)
    later = state_of(SETTLE)
    assert (later.has_failed, later.error, later.finished_at) == (False, sentence, clock.now())
    assert later.outcome == "0 joined a wave, 0 left one. 0 assigned, 0 withdrawn, 0 asked about."


def test_a_failing_line_keeps_no_other_line_from_running(app: Flask) -> None:
    def fail(_settings: Settings) -> str:
        raise RuleBroken("No.")

    run_if_due(with_job(fail))
    for line in TIMETABLE[1:]:
        assert run_if_due(line)
    assert [state.name for state in line_states() if state.has_failed] == [SETTLE.name]


def test_the_clock_counts_as_standing_still_without_a_run_for_three_minutes(
    app: Flask, frozen: time_machine.Traveller
) -> None:
    assert (last_tick(), clock_stands_still()) == (None, True)
    run_if_due(SETTLE)
    assert (last_tick(), clock_stands_still()) == (clock.now(), False)
    frozen.shift(timedelta(minutes=3))
    assert not clock_stands_still()
    frozen.shift(timedelta(seconds=1))
    assert clock_stands_still()


def test_every_line_is_found_by_its_name_and_says_what_it_does() -> None:
    assert [line_named(line.name) for line in TIMETABLE] == list(TIMETABLE)
    assert line_named("settle-everything") is None
    assert all(line.does.endswith(".") and line.every >= timedelta(seconds=TICK_SECONDS) for line in TIMETABLE)
    # The most frequent line has to run often enough for the clock to be seen ticking.
    assert min(line.every for line in TIMETABLE) < timedelta(minutes=3)


def test_figures_for_machines_name_the_line_that_failed_and_the_age_of_the_clock(
    app: Flask, client: FlaskClient, frozen: time_machine.Traveller
) -> None:
    def fail(_settings: Settings) -> str:
        raise RuleBroken("No.")

    assert "engagement_clock_age_seconds +Inf" in client.get("/metrics").get_data(as_text=True)
    run_if_due(with_job(fail))
    frozen.shift(timedelta(seconds=90))
    figures = client.get("/metrics").get_data(as_text=True)
    assert "engagement_clock_age_seconds 90.0" in figures
    assert f'engagement_job_failed{{line="{SETTLE.name}"}} 1.0' in figures
    assert 'engagement_job_failed{line="plan-occurrences"} 0.0' in figures
    assert 'engagement_outbox{state="unknown"} 0.0' in figures
