"""Where training should be today, and where it will be: against a walk through the days, one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.reports.rules.pace import Pace

OPENS = date(2026, 3, 2)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 90), st.integers(0, 120), st.integers(1, 400), st.integers(0, 400))
def test_line_and_forecast_are_those_of_a_walk_through_the_days(length, passed, asked, finished):
    finished = min(finished, asked)
    due, on = OPENS + timedelta(days=length), OPENS + timedelta(days=passed)
    pace = Pace(OPENS, due, on, asked, finished)
    assert pace.expected == pytest.approx(sum(1 for day in range(length) if day < passed) / length)
    if on >= due or passed < 7 or finished < 5 or length > 8 * passed:
        assert pace.forecast is None
        assert pace.no_forecast
        return
    reached = float(finished)
    for _ in range((due - on).days):
        reached += finished / passed
    assert min(asked, int(reached + 1e-9)) - pace.forecast in (0, 1)
    assert pace.forecast <= asked
    enough = pace.day_of(0.95)
    if enough is not None:
        days = (enough - on).days
        assert finished + days * finished / passed >= 0.95 * asked - 1e-6
        assert finished + (days - 1) * finished / passed < 0.95 * asked + 1e-6


@pytest.mark.parametrize(
    ("pace", "expected", "why"),
    [
        (Pace(None, OPENS, OPENS, 10, 5), None, "no day is set on which training opens"),
        (Pace(OPENS, OPENS, OPENS, 10, 5), None, "training opens on or after the day on which it is due"),
        (Pace(OPENS, OPENS + timedelta(days=9), OPENS, 0, 0), None, "nothing assigned yet"),
        (Pace(OPENS, OPENS + timedelta(days=9), OPENS - timedelta(days=3), 10, 0), 0.0, "training has not been open for 7 days"),
        (Pace(OPENS, OPENS + timedelta(days=20), OPENS + timedelta(days=10), 90, 4), 0.5, "fewer than 5 people have finished"),
    ],
)  # fmt: skip
def test_where_too_little_is_known_words_say_why(pace, expected, why):
    assert (pace.expected, pace.forecast, pace.no_forecast) == (expected, None, why)
    assert pace.day_of(0.95) is None


def test_behind_the_line_is_clearly_behind():
    on, due = OPENS + timedelta(days=10), OPENS + timedelta(days=20)
    assert [Pace(OPENS, due, on, 100, done).is_behind_line for done in (39, 40, 60)] == [True, False, False]
