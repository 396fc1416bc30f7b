"""When somebody works next: by their own clock, on working days of their country, across changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.days.local_time import clock_time
from engagement.days.working_days import is_working_day
from engagement.days.working_hours import WorkingTime, next_working_instant
from engagement.people.organisation.rules import UNSET, Organisation, working_time

LONDON = WorkingTime("Europe/London", "09:00", "17:00", "GB-ENG")
TOKYO = WorkingTime("Asia/Tokyo", "09:00", "17:00", "JP")
NEW_YORK = WorkingTime("America/New_York", "09:00", "17:00", "US")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("works", "instant", "expected"),
    [
        (LONDON, "2026-04-14T08:00", "2026-04-14T08:00"),  # nine in London
        (LONDON, "2026-04-14T07:59", "2026-04-14T08:00"),
        (LONDON, "2026-04-14T15:59", "2026-04-14T15:59"),
        (LONDON, "2026-04-14T16:00", "2026-04-15T08:00"),  # five in London: the day is over
        (LONDON, "2026-04-17T20:00", "2026-04-20T08:00"),  # a Friday night
        (LONDON, "2026-04-02T18:00", "2026-04-07T08:00"),  # the evening before Good Friday
        (LONDON, "2026-03-27T18:00", "2026-03-30T08:00"),  # the clocks go forward on the Sunday in between
        (LONDON, "2026-10-23T18:00", "2026-10-26T09:00"),  # and back
        (TOKYO, "2026-03-27T18:00", "2026-03-30T00:00"),
        (TOKYO, "2026-05-01T09:00", "2026-05-07T00:00"),  # Golden Week
        (NEW_YORK, "2026-03-06T23:00", "2026-03-09T13:00"),  # clocks go forward there three weeks before Europe's
        (NEW_YORK, "2026-03-27T18:00", "2026-03-27T18:00"),
        (WorkingTime("Asia/Riyadh", "09:00", "17:00", "SA"), "2026-04-17T08:00", "2026-04-19T06:00"),  # Friday is off
        (WorkingTime("Asia/Kathmandu", "09:30", "17:00", "GB"), "2026-04-14T01:00", "2026-04-14T03:45"),
    ],
)
def test_the_next_working_instant(works: WorkingTime, instant: str, expected: str) -> None:
    assert next_working_instant(utc(instant), works) == utc(expected)


def test_hours_that_a_clock_change_leaves_out_wait_for_the_next_day() -> None:
    # On Sunday 29 March 2026 there is no hour from one to two in London; Riyadh's week has Sundays.
    night = WorkingTime("Europe/London", "01:00", "02:00", "SA")
    assert next_working_instant(utc("2026-03-28T12:00"), night) == utc("2026-03-30T00:00")


def test_an_hour_that_comes_twice_is_worked_twice() -> None:
    night = WorkingTime("Europe/London", "01:00", "02:00", "SA")
    for instant in ("2026-10-25T00:30", "2026-10-25T01:30"):
        assert next_working_instant(utc(instant), night) == utc(instant)


def test_a_person_without_their_own_has_what_the_organisation_has() -> None:
    assert working_time(None, None, None, "", UNSET) == LONDON
    assert working_time("Asia/Tokyo", "08:00", "16:00", "JP", UNSET) == WorkingTime(
        "Asia/Tokyo", "08:00", "16:00", "JP"
    )
    assert working_time(None, None, None, "Utopia", Organisation(country="PL")).country == "PL"


ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia"])


@settings(max_examples=300, deadline=None)
@given(
    ZONES,
    st.sampled_from(["GB", "US", "JP", "AU", "WS", "IL"]),
    st.integers(0, 22),
    st.integers(1, 8),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),
)
def test_it_is_the_first_instant_at_which_they_work(zone: str, country: str, begins: int, hours: int, naive: datetime):
    works = WorkingTime(zone, f"{begins:02}:00", f"{min(begins + hours, 23):02}:59", country)
    instant = naive.replace(tzinfo=UTC, second=0, microsecond=0)
    found = next_working_instant(instant, works)
    assert found >= instant
    assert _is_at_work(found, works)
    step, probe = timedelta(minutes=15), instant
    while probe < found:
        assert not _is_at_work(probe, works), probe
        probe += step


def _is_at_work(instant: datetime, works: WorkingTime) -> bool:
    local = instant.astimezone(ZoneInfo(works.timezone))
    within = clock_time(works.works_from) <= local.time() < clock_time(works.works_until)
    return within and is_working_day(local.date(), works.country)
