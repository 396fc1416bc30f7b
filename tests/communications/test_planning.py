"""Communications, the dates that follow from them, and what is missed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from factories import TESTER, make_account, make_programme, make_wave
from flask import Flask
from sqlalchemy import func, select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.communications.actions import calendar, planning
from engagement.communications.actions.placing import move_occurrence
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Communication
from engagement.communications.queries.calendar import coming_messages, communications_running, messages_between
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.reach import Reach
from engagement.scheduler import message_jobs
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import (
    AT_TWO,
    THURSDAYS,
    all_occurrences,
    make_approved,
    make_audience,
    make_draft,
    make_line,
    make_writer,
)

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_a_new_cadence_has_its_drafts_at_once_with_the_day_to_write_by() -> None:
    line = make_line(cadence=THURSDAYS, at="11:00", write_lead_days=2, starts_on=date(2026, 4, 16))
    drafts = all_occurrences()
    assert len(drafts) == 7
    assert drafts[0].sends_at == datetime(2026, 4, 16, 10, tzinfo=UTC)
    assert drafts[0].write_by == date(2026, 4, 14)
    assert {d.status for d in drafts} == {OccurrenceStatus.DRAFT}
    assert {(d.subject, d.body) for d in drafts} == {(line.subject, line.outline)}


def test_planning_twice_makes_nothing_twice_and_time_brings_more() -> None:
    make_line(cadence=THURSDAYS)
    before = len(all_occurrences())
    assert planning.plan_occurrences(clock.now()) == 0
    assert planning.plan_occurrences(clock.now() + timedelta(days=28)) == 2
    assert len(all_occurrences()) == before + 2


def test_dates_that_passed_while_nothing_ran_are_made_and_missed() -> None:
    make_line(cadence=THURSDAYS, starts_on=date(2026, 4, 16))
    later = clock.now() + timedelta(days=150)
    planning.plan_occurrences(later, 14)
    assert planning.settle_missed(later) == 11
    statuses = [row.status for row in all_occurrences()]
    assert statuses[:11] == [OccurrenceStatus.MISSED] * 11
    assert set(statuses[11:]) == {OccurrenceStatus.DRAFT}


def test_a_missed_draft_says_when_and_why() -> None:
    draft = make_draft()
    assert planning.settle_missed(AT_TWO - timedelta(seconds=1)) == 0
    assert planning.settle_missed(AT_TWO) == 1
    assert draft.status is OccurrenceStatus.MISSED
    assert draft.reason == "It was still a draft when it was due, Tuesday 14 April at 14:00, London time."


def test_the_job_says_how_many_were_missed(app: Flask) -> None:
    make_draft()
    with clock.standing_at(AT_TWO):
        assert message_jobs.plan_occurrences(app.config["SETTINGS"]) == "0 planned, 1 missed."
        assert message_jobs.plan_occurrences(app.config["SETTINGS"]) == "0 planned, 0 missed."


def test_an_approved_message_is_never_missed() -> None:
    approved = make_approved()
    assert planning.settle_missed(AT_TWO + timedelta(days=3)) == 0
    assert approved.status is OccurrenceStatus.APPROVED


def test_changing_nothing_leaves_no_trace() -> None:
    line = make_line()
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    calendar.change_communication(line, replace(line.details, name=line.name), by=TESTER)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before


def test_every_field_that_makes_no_sense_is_named_at_once() -> None:
    owner = make_writer()
    with pytest.raises(BadInput) as error:
        make_line(
            owner=owner,
            approver=owner,
            name=" ",
            cadence="FREQ=DAILY",
            at="25:00",
            holiday_country="XX",
            write_lead_days=99,
            starts_on=date(2026, 5, 1),
        )
    assert set(error.value.problems) == {"name", "cadence", "at", "holiday_country", "write_lead_days", "approver"}


def test_ending_drops_untouched_drafts_and_skips_written_ones() -> None:
    line = make_line(cadence=THURSDAYS, starts_on=date(2026, 4, 16))
    first = all_occurrences()[0]
    write_occurrence(first, "News", "Text", by=line.owner.actor)
    calendar.end_communication(line, by=TESTER)
    assert [(row.id, row.status) for row in all_occurrences()] == [(first.id, OccurrenceStatus.SKIPPED)]
    assert planning.plan_occurrences(clock.now()) == 0
    with pytest.raises(RuleBroken):
        planning.schedule_briefing(line, AT_TWO, by=TESTER)


@pytest.mark.parametrize("status", [WaveStatus.CLOSED, WaveStatus.CANCELLED])
def test_a_wave_that_is_over_gets_no_more_dates(status: WaveStatus) -> None:
    wave = make_wave(status=status)
    make_line(wave.programme, wave=wave, cadence=THURSDAYS)
    assert all_occurrences() == []


def test_a_briefing_dated_by_hand_is_there_once_and_in_the_future() -> None:
    line = make_line()
    draft = make_draft(line)
    assert (draft.planned_for, draft.from_cadence, draft.body) == (AT_TWO, False, "[Write here.]")
    with pytest.raises(RuleBroken):
        make_draft(line)
    with pytest.raises(BadInput):
        make_draft(line, clock.now())


def test_the_four_standard_communications_are_adopted_once() -> None:
    programme, owner = make_programme(), make_writer()
    approver = make_account("sam@example.com", "Sam Pryce", Role.CHANGE_MANAGER)
    audiences = {kind: make_audience(kind.word) for kind in CommunicationKind}
    details = {
        "owner": owner,
        "approver": approver,
        "audiences": audiences,
        "by": TESTER,
        "starts_on": date(2026, 4, 16),
    }
    made = calendar.adopt_standard_communications(programme, **details)
    assert [(line.kind, line.how_often) for line in made] == [
        (
            CommunicationKind.EXECUTIVE_UPDATE,
            "The first working day of January, April, July and October at 09:00, London time",
        ),
        (CommunicationKind.PROGRAMME_UPDATE, "The first working day of each month at 10:00, London time"),
        (CommunicationKind.DEPARTMENT_BRIEFING, "As needed"),
        (CommunicationKind.TECHNICAL_UPDATE, "Every second Thursday at 11:00, London time"),
    ]
    assert all(line.audience is audiences[line.kind] and "[" in line.outline for line in made)
    assert calendar.adopt_standard_communications(programme, **details) == []
    assert db.session.scalar(select(func.count()).select_from(Communication)) == 4
    firsts = {o.communication.kind: o.sends_at for o in reversed(all_occurrences())}
    assert firsts == {
        CommunicationKind.EXECUTIVE_UPDATE: datetime(2026, 7, 1, 8, tzinfo=UTC),
        CommunicationKind.PROGRAMME_UPDATE: datetime(2026, 5, 1, 9, tzinfo=UTC),
        CommunicationKind.TECHNICAL_UPDATE: datetime(2026, 4, 16, 10, tzinfo=UTC),
    }


def test_a_moved_date_says_why() -> None:
    make_line(cadence="FREQ=WEEKLY;BYDAY=MO", starts_on=date(2026, 5, 1))
    first = all_occurrences()[0]
    assert (first.sends_on, first.why_moved("Europe/London")) == (
        date(2026, 5, 5),
        "Moved from Monday 4 May, which is May Day.",
    )
    move_occurrence(first, datetime(2026, 5, 7, 8, tzinfo=UTC), by=TESTER)
    assert first.why_moved("Asia/Tokyo") == "Moved by hand from Monday 4 May at 17:00, Tokyo time."
    assert first.write_by == date(2026, 4, 29)


def test_lists_show_what_comes_and_what_was_missed() -> None:
    line = make_line(cadence=THURSDAYS, starts_on=date(2026, 4, 16))
    [shown] = communications_running()
    assert (shown.communication, shown.next_at, shown.missed_at) == (line, datetime(2026, 4, 16, 8, tzinfo=UTC), None)
    april = messages_between(date(2026, 4, 1), date(2026, 4, 30), "Europe/London", Reach(everything=True))
    assert [row.sends_on.day for row in april] == [16, 30]
    assert [row.sends_on.day for row in coming_messages(clock.now(), 1)] == [16]
