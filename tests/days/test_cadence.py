"""Dates of a cadence: clock changes, weekends, holidays, leap years, and what holds for every rule."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.days.cadence import Cadence, HolidayPolicy, PlannedDate, planned_dates
from engagement.days.local_time import check_zone, clock_time, instant_of
from engagement.days.working_days import (
    check_country,
    is_working_day,
)
from engagement.errors import BadInput

KEEP, BEFORE, AFTER = HolidayPolicy.KEEP, HolidayPolicy.BEFORE, HolidayPolicy.AFTER
FIRST_WORKING_DAY = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"


def cadence(
    rule: str = "FREQ=WEEKLY;BYDAY=TH",
    zone: str = "Europe/London",
    policy: HolidayPolicy = KEEP,
    country: str = "GB-ENG",
    at: str = "09:00",
    starts_on: date = date(2026, 1, 1),
) -> Cadence:
    return Cadence(rule, at, zone, starts_on, policy, country)


def local_times(found: list[PlannedDate], zone: str) -> list[str]:
    return [f"{d.sends_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" for d in found]


def between(wanted: Cadence, first: date, last: date) -> list[PlannedDate]:
    start = datetime.combine(first, time(), UTC) - timedelta(days=1)
    found = planned_dates(wanted, start, datetime.combine(last, time(), UTC) + timedelta(days=1))
    zone = ZoneInfo(wanted.timezone)
    return [d for d in found if first <= d.planned_for.astimezone(zone).date() <= last]


@pytest.mark.parametrize(
    ("zone", "first", "offsets"),
    [
        ("Europe/London", date(2026, 3, 26), [0, 1]),
        ("America/New_York", date(2026, 3, 5), [-5, -4]),
        ("Australia/Lord_Howe", date(2026, 4, 2), [11, 10.5]),
        ("Asia/Kathmandu", date(2026, 3, 26), [5.75, 5.75]),
    ],
)
def test_local_time_stays_across_a_clock_change(zone: str, first: date, offsets: list[float]) -> None:
    found = between(cadence(zone=zone), first, first + timedelta(days=7))
    assert [d.sends_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") for d in found] == ["09:00", "09:00"]
    assert [d.sends_at.astimezone(ZoneInfo(zone)).utcoffset() for d in found] == [timedelta(hours=o) for o in offsets]


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/London", date(2026, 3, 29), "01:30", datetime(2026, 3, 29, 1, 0)),
        ("America/New_York", date(2026, 3, 8), "02:15", datetime(2026, 3, 8, 7, 0)),
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:10", datetime(2026, 10, 3, 15, 30)),
        ("Pacific/Apia", date(2011, 12, 30), "09:00", datetime(2011, 12, 30, 10, 0)),
    ],
)
def test_a_time_in_the_gap_becomes_the_first_minute_after_it(zone: str, day: date, at: str, expected: datetime) -> None:
    assert instant_of(day, clock_time(at), ZoneInfo(zone)) == expected.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/London", date(2026, 10, 25), "01:30", datetime(2026, 10, 25, 0, 30)),
        ("America/New_York", date(2026, 11, 1), "01:15", datetime(2026, 11, 1, 5, 15)),
        ("Australia/Lord_Howe", date(2026, 4, 5), "01:45", datetime(2026, 4, 4, 14, 45)),
    ],
)
def test_a_time_that_comes_twice_is_taken_the_first_time(zone: str, day: date, at: str, expected: datetime) -> None:
    assert instant_of(day, clock_time(at), ZoneInfo(zone)) == expected.replace(tzinfo=UTC)


def test_quarterly_first_working_day_of_2026_in_england() -> None:
    rule = "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"
    found = between(cadence(rule, policy=AFTER, starts_on=date(2025, 12, 1)), date(2025, 12, 1), date(2027, 1, 31))
    assert local_times(found, "Europe/London") == [
        "2026-01-02 09:00",
        "2026-04-01 09:00",
        "2026-07-01 09:00",
        "2026-10-01 09:00",
        "2027-01-04 09:00",
    ]
    assert [d.why_moved for d in found] == ["New Year's Day", None, None, None, "New Year's Day"]


@pytest.mark.parametrize("policy", HolidayPolicy)
@pytest.mark.parametrize(
    ("place", "country", "expected", "why"),
    [
        (1, "GB-ENG", "2027-01-04", "New Year's Day"),  # never 31 December
        (2, "GB-ENG", "2027-01-05", "before the second working day"),
        (-1, "GB-ENG", "2027-01-29", None),
        (1, "IL", "2027-01-03", "a Friday"),  # people work on Sunday there, and not on Friday
        (-1, "IL", "2027-01-31", "a Friday"),
        (1, "DE-BY", "2027-01-04", "New Year's Day"),
        (4, "DE-BY", "2027-01-08", "Epiphany"),
        (1, "JP", "2027-01-04", "New Year's Day"),
    ],
)
def test_a_working_day_by_its_place_is_one_of_its_own_month(
    place: int, country: str, expected: str, why: str | None, policy: HolidayPolicy
) -> None:
    rule = f"FREQ=MONTHLY;BYMONTH=1;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={place}"
    wanted = cadence(rule, policy=policy, country=country, starts_on=date(2026, 12, 1))
    found = between(wanted, date(2026, 12, 1), date(2027, 2, 28))
    assert [(d.sends_at.date().isoformat(), d.why_moved) for d in found] == [(expected, why)]


def test_the_last_working_day_of_december_is_no_day_of_january() -> None:
    rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
    found = between(cadence(rule, country="DE", policy=AFTER), date(2026, 12, 1), date(2026, 12, 31))
    assert local_times(found, "Europe/London") == ["2026-12-31 09:00"]
    first = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"
    found = between(cadence(first, country="IL"), date(2026, 11, 1), date(2026, 11, 30))
    assert [(d.sends_at.date(), d.why_moved) for d in found] == [(date(2026, 11, 1), "after the first working day")]
    rule = "FREQ=YEARLY;BYMONTH=4;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1"
    found = between(cadence(rule, country="GB-ENG", policy=BEFORE), date(2026, 4, 1), date(2026, 4, 30))
    assert local_times(found, "Europe/London") == ["2026-04-01 09:00", "2026-04-30 09:00"]


@pytest.mark.parametrize(
    ("rule", "starts_on", "expected"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", date(2026, 12, 2), ["2026-12-07", "2026-12-21"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", date(2026, 12, 2), ["2026-12-02", "2026-12-16"]),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR", date(2026, 12, 2), ["2026-12-04", "2026-12-21"]),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1", date(2026, 12, 2), ["2027-01-01", "2027-03-01"]),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO", date(2026, 12, 31), ["2027-01-04", "2027-04-05"]),
    ],
)
def test_what_skips_weeks_or_months_begins_with_the_first_day_that_fits(
    rule: str, starts_on: date, expected: list[str]
) -> None:
    found = between(cadence(rule, "UTC", starts_on=starts_on), date(2026, 11, 1), date(2027, 6, 30))
    assert [d.planned_for.date().isoformat() for d in found][:2] == expected


def test_a_date_on_good_friday_goes_out_before_after_or_on_it() -> None:
    fridays = "FREQ=WEEKLY;BYDAY=FR"
    days = {
        policy: local_times(
            between(cadence(fridays, policy=policy), date(2026, 4, 3), date(2026, 4, 3)), "Europe/London"
        )
        for policy in HolidayPolicy
    }
    assert days == {KEEP: ["2026-04-03 09:00"], BEFORE: ["2026-04-02 09:00"], AFTER: ["2026-04-07 09:00"]}


def test_two_dates_moved_to_one_day_are_one_message() -> None:
    found = between(cadence("FREQ=WEEKLY;BYDAY=FR,MO,TU", policy=AFTER), date(2026, 4, 1), date(2026, 4, 9))
    assert local_times(found, "Europe/London") == ["2026-04-07 09:00"]
    assert found[0].why_moved is None


def test_every_second_thursday_counts_from_the_start() -> None:
    found = between(
        cadence("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", starts_on=date(2026, 4, 2)), date(2026, 4, 1), date(2026, 5, 31)
    )
    assert [d.planned_for.date().isoformat() for d in found] == [
        "2026-04-02",
        "2026-04-16",
        "2026-04-30",
        "2026-05-14",
        "2026-05-28",
    ]


def test_the_last_day_of_february_knows_leap_years() -> None:
    last_days = cadence("FREQ=MONTHLY;BYMONTHDAY=-1", zone="UTC", starts_on=date(2027, 1, 1))
    found = [d.planned_for.date() for d in between(last_days, date(2027, 1, 1), date(2028, 3, 1))]
    assert [day for day in found if day.month == 2] == [date(2027, 2, 28), date(2028, 2, 29)]
    yearly = cadence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", zone="UTC", starts_on=date(2026, 1, 1))
    assert [d.planned_for.date() for d in between(yearly, date(2026, 1, 1), date(2034, 1, 1))] == [
        date(2028, 2, 29),
        date(2032, 2, 29),
    ]


def test_nothing_comes_before_the_start() -> None:
    found = between(cadence(starts_on=date(2026, 5, 1)), date(2026, 4, 1), date(2026, 5, 10))
    assert [d.planned_for.date() for d in found] == [date(2026, 5, 7)]


RULES = st.one_of(
    st.builds(
        lambda n, days: f"FREQ=WEEKLY;INTERVAL={n};BYDAY={','.join(sorted(days))}",
        st.integers(1, 4),
        st.sets(st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU")), min_size=1),
    ),
    st.builds(lambda d: f"FREQ=MONTHLY;BYMONTHDAY={d}", st.sampled_from([1, 15, 28, 31, -1, -3])),
    st.builds(
        lambda n, d: f"FREQ=MONTHLY;BYDAY={n}{d}",
        st.sampled_from([1, 2, 3, 4, 5, -1]),
        st.sampled_from(["MO", "FR", "SU"]),
    ),
    st.sampled_from([FIRST_WORKING_DAY, "FREQ=YEARLY;BYMONTH=4;BYDAY=1SU"]),
)
CADENCES = st.builds(
    Cadence,
    RULES,
    st.sampled_from(["00:00", "01:30", "02:15", "09:00", "23:59"]),
    st.sampled_from(
        ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
    ),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.sampled_from(HolidayPolicy),
    st.sampled_from(["GB-ENG", "US", "CN", "AE"]),
)
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))


@settings(max_examples=150, deadline=None)
@given(CADENCES, STARTS)
def test_dates_rise_and_never_repeat(wanted: Cadence, start: datetime) -> None:
    found = planned_dates(wanted, start, start + timedelta(days=300))
    for moments in ([d.planned_for for d in found], [d.sends_at for d in found]):
        assert moments == sorted(set(moments))
    assert all(start < d.planned_for <= start + timedelta(days=300) for d in found)


@settings(max_examples=100, deadline=None)
@given(CADENCES, STARTS, st.integers(1, 200))
def test_two_windows_give_what_one_gives(wanted: Cadence, start: datetime, days: int) -> None:
    middle, end = start + timedelta(days=days), start + timedelta(days=200)
    halves = planned_dates(wanted, start, middle) + planned_dates(wanted, middle, end)
    assert halves == planned_dates(wanted, start, end)


@settings(max_examples=100, deadline=None)
@given(CADENCES, STARTS)
def test_moved_dates_are_working_days(wanted: Cadence, start: datetime) -> None:
    zone = ZoneInfo(wanted.timezone)
    for found in planned_dates(wanted, start, start + timedelta(days=200)):
        if wanted.policy is not KEEP:
            assert is_working_day(found.sends_at.astimezone(zone).date(), wanted.country)
        assert (found.why_moved is None) == (found.sends_at == found.planned_for)


def test_codes_zones_and_times_that_make_no_sense_are_named() -> None:
    assert check_country("gb-eng") == "GB-ENG"
    for check, value, field in (
        (check_country, "XX", "holiday_country"),
        (check_country, "GB-ZZ", "holiday_country"),
        (check_zone, "London", "timezone"),
        (clock_time, "9:00", "at"),
        (clock_time, "24:00", "at"),
        (clock_time, "12:3x", "at"),
    ):
        with pytest.raises(BadInput) as error:
            check(value)
        assert list(error.value.problems) == [field]
        assert value in error.value.sentence
