"""When a wave's training presses: by its day, by where it stands, and by how many were asked and have finished."""

from datetime import date, timedelta

import pytest

from engagement.attention.rules import Reason, days_late, is_training_in_doubt, training_reason

ON = date(2026, 4, 14)


@pytest.mark.parametrize(
    ("days_to_go_live", "is_live", "people", "finished", "assigned", "reason"),
    [
        (28, False, 14, 0, 0, Reason.NO_TRAINING),
        (28, False, 0, 0, 0, Reason.NO_TRAINING),
        (0, False, 14, 0, 0, Reason.NO_TRAINING),
        (29, False, 14, 0, 0, None),
        (28, False, 14, 0, 14, None),
        (21, False, 14, 0, 14, Reason.TRAINING_BEHIND),
        (21, False, 10, 8, 10, None),
        (7, False, 20, 18, 20, Reason.TRAINING_BEHIND),
        (-1, False, 14, 14, 14, Reason.GO_LIVE_PASSED),
        (-1, False, 14, 0, 0, Reason.GO_LIVE_PASSED),
        (-9, True, 14, 0, 14, Reason.NONE_TRAINED),
        (-9, True, 14, 0, 0, Reason.NONE_TRAINED),
        (9, True, 14, 0, 14, Reason.NONE_TRAINED),
        (-9, True, 14, 1, 14, None),
        (-9, True, 0, 0, 0, None),
    ],
)
def test_what_a_waves_training_needs_somebody_for(
    days_to_go_live: int, is_live: bool, people: int, finished: int, assigned: int, reason: Reason | None
) -> None:
    go_live_on = ON + timedelta(days=days_to_go_live)
    due_on = go_live_on - timedelta(days=7)
    found = training_reason(
        go_live_on, due_on, ON, is_live=is_live, people=people, finished=finished, assigned=assigned
    )
    assert found is reason


@pytest.mark.parametrize(
    ("finished", "assigned", "is_live", "in_doubt"),
    [(0, 0, False, True), (0, 0, True, True), (0, 9, False, False), (94, 100, True, True), (95, 100, True, False)],
)
def test_training_is_in_doubt_where_nobody_was_asked_or_a_live_wave_is_not_done(
    finished: int, assigned: int, is_live: bool, in_doubt: bool
) -> None:
    assert is_training_in_doubt(finished, assigned, is_live=is_live) is in_doubt


def test_lateness_is_counted_from_the_day_after() -> None:
    assert [days_late(day, ON) for day in (None, ON + timedelta(days=1), ON, ON - timedelta(days=3))] == [0, 0, 0, 3]
