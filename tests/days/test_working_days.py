"""Working days of a country: what is off and why, counting on and back, and what a promise of some working days means."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.days.working_days import (
    days_of_month,
    holidays_between,
    is_working_day,
    why_off,
    working_day_of_month,
    working_days_after,
    working_days_before,
    working_days_between,
)

DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))
COUNTRIES = st.sampled_from(["GB-ENG", "DE-BY", "US", "AE", "IL", "CN"])


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, date(2026, 4, 8)), (1, date(2026, 4, 7)), (2, date(2026, 4, 2)), (5, date(2026, 3, 30))],
)
def test_working_days_before_leaves_out_weekend_and_easter(number: int, expected: date) -> None:
    assert working_days_before(date(2026, 4, 8), number, "GB-ENG") == expected


def test_working_days_before_with_none_asked_goes_back_from_a_day_off() -> None:
    assert working_days_before(date(2026, 4, 6), 0, "GB-ENG") == date(2026, 4, 2)
    assert working_days_before(date(2026, 4, 6), 1, "GB-ENG") == date(2026, 4, 2)


def test_why_off_names_the_holiday_or_the_weekday() -> None:
    assert [why_off(date(2026, 4, d), "GB-ENG") for d in (2, 3, 4, 6)] == [
        None,
        "Good Friday",
        "a Saturday",
        "Easter Monday",
    ]
    assert why_off(date(2026, 4, 6), "GB-SCT") is None
    assert list(holidays_between(date(2026, 4, 1), date(2026, 4, 30), "GB-ENG")) == [
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "Easter Monday"),
    ]


@pytest.mark.parametrize(
    ("day", "number", "country", "expected"),
    [
        (date(2026, 4, 14), 1, "GB-ENG", date(2026, 4, 15)),
        (date(2026, 4, 14), 5, "GB-ENG", date(2026, 4, 21)),
        (date(2026, 4, 18), 1, "GB-ENG", date(2026, 4, 20)),
        (date(2026, 4, 2), 1, "GB-ENG", date(2026, 4, 7)),  # over Easter
        (date(2026, 4, 2), 1, "GB-SCT", date(2026, 4, 6)),  # Easter Monday is none there
        (date(2026, 4, 2), 1, "US", date(2026, 4, 3)),
        (date(2026, 12, 24), 5, "GB-ENG", date(2027, 1, 5)),
        (date(2026, 12, 24), 5, "DE", date(2027, 1, 4)),
        (date(2026, 12, 25), 0, "GB-ENG", date(2026, 12, 29)),
        (date(2026, 4, 16), 1, "IL", date(2026, 4, 19)),  # Friday and Saturday are off
    ],
)
def test_working_days_after_leave_out_weekends_and_holidays(
    day: date, number: int, country: str, expected: date
) -> None:
    assert working_days_after(day, number, country) == expected


@given(DAYS, st.integers(0, 400), COUNTRIES)
def test_working_days_between_agrees_with_counting_one_by_one(start: date, days: int, country: str) -> None:
    counted = sum(is_working_day(start + timedelta(days=n), country) for n in range(1, days + 1))
    assert working_days_between(start, start + timedelta(days=days), country) == counted
    assert working_days_between(start + timedelta(days=days), start, country) == 0


@given(DAYS, st.integers(-30, 30), st.integers(1, 6), COUNTRIES)
def test_a_promise_is_late_from_the_day_after_it_was_due(on: date, offset: int, number: int, country: str) -> None:
    received = on + timedelta(days=offset)
    is_late = received < working_days_before(on, number, country)
    assert is_late == (working_days_after(received, number, country) < on)


@given(DAYS, st.integers(1, 15), COUNTRIES)
def test_the_first_and_the_last_working_day_lie_in_their_month(day: date, place: int, country: str) -> None:
    working = [each for each in days_of_month(day) if is_working_day(each, country)]
    assert working_day_of_month(day, place, country) == working[place - 1]
    assert working_day_of_month(day, -place, country) == working[-place]
    assert working_day_of_month(day, 31, country) == working[-1]
    assert working_day_of_month(day, -31, country) == working[0]
