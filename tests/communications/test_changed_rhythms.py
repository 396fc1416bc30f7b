"""A rhythm that changes: which planned messages go, stay or move, and what a date stands for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from factories import TESTER

from engagement import clock
from engagement.communications.actions import calendar, planning
from engagement.communications.actions.placing import move_occurrence, skip_occurrence
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Occurrence
from engagement.db import db
from tests.communications.calendar_rows import THURSDAYS, all_occurrences, make_line

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_a_new_rhythm_replaces_untouched_drafts_and_leaves_written_ones() -> None:
    line = make_line(cadence=THURSDAYS, starts_on=date(2026, 4, 16))
    first, second, *_ = all_occurrences()
    write_occurrence(first, "News", "Text", by=line.owner.actor)
    move_occurrence(second, second.sends_at + timedelta(hours=1), by=line.owner.actor)
    calendar.change_communication(line, replace(line.details, cadence="FREQ=WEEKLY;BYDAY=MO", at="10:00"), by=TESTER)
    kept = all_occurrences()
    assert {row.id for row in kept} >= {first.id, second.id}
    assert {f"{row.sends_at:%a}" for row in kept if row.id not in (first.id, second.id)} == {"Mon", "Tue"}
    assert line.how_often == "Every Monday at 10:00, London time"


def test_another_time_of_day_does_not_double_a_day_that_has_a_text() -> None:
    line = make_line(cadence=THURSDAYS, starts_on=date(2026, 4, 16))
    first, *rest = all_occurrences()
    write_occurrence(first, "News", "Text", by=line.owner.actor)
    calendar.change_communication(line, replace(line.details, at="08:00"), by=TESTER)
    rows = all_occurrences()
    assert len(rows) == 1 + len(rest)
    assert [row.sends_at.hour for row in rows] == [8] + [7] * len(rest)


def days_of(rows: list[Occurrence]) -> list[str]:
    return [f"{row.sends_at:%a %d %b}" for row in rows]


WEEKLY = "FREQ=WEEKLY;BYDAY={}"


def test_planned_messages_keep_their_rows_when_the_weekday_changes() -> None:
    line = make_line(cadence=WEEKLY.format("TH"), starts_on=date(2026, 4, 16))
    before = all_occurrences()
    for day, said in (("WE", "Wed 22 Apr"), ("FR", "Fri 24 Apr"), ("TH", "Thu 23 Apr")):
        calendar.change_communication(line, replace(line.details, cadence=WEEKLY.format(day)), by=TESTER)
        rows = all_occurrences()
        assert {row.id for row in rows} & {row.id for row in before[1:]} == {row.id for row in before[1:]}
        assert days_of([db.session.get_one(Occurrence, before[1].id)]) == [said]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"outline": "[Something else.]"}, "[Something else.]"),
        ({"subject": "Another"}, "Another"),
        ({"asks_confirmation": True}, True),
        ({"write_lead_days": 1}, date(2026, 4, 15)),
    ],
)
def test_a_change_that_gives_no_other_dates_leaves_every_row_where_it_is(change: Any, expected: Any) -> None:
    line = make_line(cadence=WEEKLY.format("TH"), starts_on=date(2026, 4, 16))
    before = [(row.id, row.sends_at) for row in all_occurrences()]
    calendar.change_communication(line, replace(line.details, **change), by=TESTER)
    rows = all_occurrences()
    assert [(row.id, row.sends_at) for row in rows] == before
    field = {"outline": "body", "write_lead_days": "write_by"}.get(next(iter(change)), next(iter(change)))
    assert getattr(rows[0], field) == expected


@pytest.mark.parametrize(("old", "new"), [("TH", "FR"), ("MO", "FR"), ("WE", "MO"), ("FR", "TU")])
@pytest.mark.parametrize("what", ["skipped", "moved", "written", "moved into the next week"])
def test_what_somebody_decided_about_is_not_planned_again_beside_it(old: str, new: str, what: str) -> None:
    line = make_line(cadence=WEEKLY.format(old), starts_on=date(2026, 4, 13))
    row = all_occurrences()[2]
    days = {"moved": 1, "moved into the next week": 7}.get(what, 0)
    if what == "skipped":
        skip_occurrence(row, "Nothing new.", by=TESTER)
    elif days:
        move_occurrence(row, row.sends_at + timedelta(days=days, hours=2), by=TESTER)
    else:
        write_occurrence(row, "News", "Text", by=line.owner.actor)
    was, week = row.sends_at, row.planned_for.isocalendar()[:2]
    calendar.change_communication(line, replace(line.details, cadence=WEEKLY.format(new)), by=TESTER)
    planning.plan_occurrences(clock.now())
    planning.plan_occurrences(clock.now() + timedelta(days=1))
    assert row.sends_at == was
    assert [each.id for each in all_occurrences() if each.planned_for.isocalendar()[:2] == week] == [row.id]


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY;BYMONTHDAY=20", "FREQ=MONTHLY;BYDAY=1TU", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"]
)
def test_a_monthly_message_stands_for_its_month(rule: str) -> None:
    line = make_line(cadence="FREQ=MONTHLY;BYMONTHDAY=10", starts_on=date(2026, 4, 1))
    may, june, july = all_occurrences()
    skip_occurrence(may, "Nothing new.", by=TESTER)
    calendar.change_communication(line, replace(line.details, cadence=rule), by=TESTER)
    planning.plan_occurrences(clock.now())
    rows = all_occurrences()
    assert [row.id for row in rows if row.planned_for.month == 5] == [may.id]
    assert {june.id, july.id} <= {row.id for row in rows}


def test_every_second_week_the_nearest_date_is_the_same_message() -> None:
    line = make_line(cadence=THURSDAYS, starts_on=date(2026, 4, 16))
    first, second, *_ = all_occurrences()
    skip_occurrence(first, "Nothing new.", by=TESTER)
    calendar.change_communication(line, replace(line.details, cadence=THURSDAYS.replace("TH", "MO")), by=TESTER)
    assert days_of(all_occurrences()[:3]) == ["Thu 16 Apr", "Tue 05 May", "Mon 18 May"]
    assert all_occurrences()[1].id == second.id


def test_what_is_over_does_not_stand_for_a_date_to_come() -> None:
    line = make_line(cadence=WEEKLY.format("MO"), starts_on=date(2026, 4, 13))
    with clock.standing_at(datetime(2026, 4, 20, 12, tzinfo=UTC)):
        planning.settle_missed(clock.now())
        calendar.change_communication(line, replace(line.details, cadence=WEEKLY.format("FR")), by=TESTER)
        assert days_of(all_occurrences()[:2]) == ["Mon 20 Apr", "Fri 24 Apr"]


def test_an_address_of_a_date_that_went_leads_to_no_other_message() -> None:
    line = make_line(cadence=WEEKLY.format("TH"), starts_on=date(2026, 4, 16))
    gone = {row.id for row in all_occurrences()}
    calendar.change_communication(line, replace(line.details, cadence=None), by=TESTER)
    assert all_occurrences() == []
    calendar.change_communication(line, replace(line.details, cadence=WEEKLY.format("MO")), by=TESTER)
    assert gone.isdisjoint(row.id for row in all_occurrences())
