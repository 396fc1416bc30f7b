"""Frozen reports: what is kept, when a month closes, and what a reader may see of it later."""

from datetime import UTC, date, datetime

import pytest
from factories import (
    TESTER,
    make_account,
    make_people,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
)
from sqlalchemy import select

from engagement import clock
from engagement.accounts.queries import account_by_email, reader_of
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import NotFound
from engagement.people.organisation.rules import UNSET
from engagement.readiness.criteria.actions import Terms, set_terms, write_criterion
from engagement.readiness.criteria.rules import CriterionKind
from engagement.reports.queries.sheet import sheet_of
from engagement.reports.rules.figures import SubjectKind
from engagement.reports.rules.measures import Measure
from engagement.reports.snapshots.actions import close_period, freeze_report
from engagement.reports.snapshots.models import ReportSnapshot
from engagement.reports.snapshots.queries import (
    figures_in,
    last_closed,
    programmes_to_close,
    snapshot_of_month,
    snapshots_of,
)
from engagement.reports.snapshots.rules import end_of_month, frozen, period_to_close
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.rules import Source
from tests.attention.training_rows import assign

pytestmark = pytest.mark.usefixtures("frozen")
TODAY = date(2026, 4, 14)


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        (datetime(2026, 4, 1, 5, 59), None),
        (datetime(2026, 4, 1, 6, 0), date(2026, 3, 31)),
        (datetime(2026, 4, 30, 23, 59), date(2026, 3, 31)),
        (datetime(2026, 3, 2, 0, 0), date(2026, 2, 28)),
        (datetime(2026, 1, 1, 7, 0), date(2025, 12, 31)),
    ],
)
def test_a_month_is_closed_on_the_first_morning_after_it(now, closes):
    assert period_to_close(now) == closes


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("2026-02", date(2026, 2, 28)),
        ("2026-13", None),
        ("last month", None),
        ("", None),
        ("2026-12", date(2026, 12, 31)),
    ],
)
def test_a_month_in_an_address_is_one_or_nothing(words, end):
    assert end_of_month(words) == end


def told(app, programme, floor=5):
    planner = account_by_email("pat@example.com") or make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER)
    return sheet_of(programme, TODAY, reader_of(planner, "UTC"), floor, UNSET)


def test_what_was_frozen_stays_and_the_sheet_is_compared_with_it(app):
    programme = make_programme("Claims", make_person("Margaret Leclerc", "margaret@example.com"))
    members = make_people(10)
    wave = make_wave(programme, workflows=(make_workflow(programme),), members=members)
    assign(wave, members, 4)
    for source, number in (
        (Source.JOB_SECURITY, 6),
        (Source.CHANGE_FATIGUE, 7),
        (Source.OTHER, 2),
        (Source.LOSS_OF_CONTROL, 3),
    ):
        for n in range(number):
            make_unknown_concern(f"Words {source} {n}", on=date(2026, 4, 13), source=source, wave=wave)
    count_objections(date(2026, 4, 13), 5, "GB-ENG")
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    db.session.flush()
    before = told(app, programme).document
    assert "A month is closed on the first morning" in before.period_words
    assert before.changes == {}

    march = date(2026, 3, 31)
    assert programmes_to_close(march) == [programme.id]
    assert programmes_to_close(date(2026, 1, 31)) == []
    assert [close_period(programme.id, march, TODAY, 5) for _ in range(2)] == [1, 0]
    snapshot = last_closed(programme.id)
    assert snapshot is not None
    assert (snapshot.title, snapshot.day, snapshot.sentence) == (
        "End of March 2026",
        TODAY,
        before.lede.partition(" One decision")[0],
    )
    kept = figures_in(snapshot, 5, keeps_concerns_back=False)
    assert kept == frozen(before.figures)
    assert {figure.of.kind for figure in kept} == {SubjectKind.WAVE, SubjectKind.SOURCE, SubjectKind.PROGRAMME}

    wave.name = "Property"
    db.session.flush()
    after = told(app, programme, floor=5).document
    assert after.period_words == "Compared with 14 April: March was closed late, on that day, so its end is not known."
    trained = next(f for f in after.figures if f.measure is Measure.TRAINED)
    assert after.change_words(trained) == "unchanged"
    shown = {f.of.key: f.words for f in kept if f.measure is Measure.OPEN and f.of.kind is SubjectKind.SOURCE}
    assert shown["job_security"] == "6"
    assert shown["other"] == "not shown"
    for floor, is_kept_back, words in ((7, False, "not shown"), (5, True, "not shown to you")):
        seen = figures_in(snapshot, floor, keeps_concerns_back=is_kept_back)
        assert {f.words for f in seen if f.measure in (Measure.OPEN, Measure.ANSWERED)} == {words}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "report_snapshot")).one()
    assert (entry.subject_name, entry.programme_id, entry.actor_name) == (
        "End of March 2026",
        programme.id,
        "The clock",
    )


def test_readiness_is_not_compared_across_other_criteria_or_percentages(app):
    programme = make_programme("Claims", make_person("Margaret Leclerc", "margaret@example.com"))
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    wave = make_wave(programme, workflows=(make_workflow(programme),), members=make_people(3))
    db.session.flush()
    close_period(programme.id, date(2026, 3, 31), TODAY, 5)

    def change() -> str:
        document = told(app, programme).document
        return document.change_words(next(each for each in document.figures if each.measure is Measure.READY))

    assert change() == "unchanged"
    set_terms(wave, CriterionKind.BRIEFED, Terms(need=100), by=TESTER)
    assert change() == "not comparable: counted with “People were sent a briefing”, 90 % then"
    set_terms(wave, CriterionKind.BRIEFED, Terms(need=90), by=TESTER)
    assert change() == "unchanged"
    write_criterion(wave, Terms("The desk has rehearsed", programme.sponsor), by=TESTER)
    assert change() == "not comparable: “The desk has rehearsed” was not counted then"


def test_by_hand_and_by_month_and_what_there_is_none_of(app):
    programme = make_programme("Empty")
    programme.made_at = datetime(2026, 3, 10, tzinfo=UTC)
    db.session.flush()
    first = freeze_report(programme, TODAY, 5, by=TESTER)
    assert (first.title, first.day, first.closes_on) == ("14 April 2026", TODAY, None)
    assert [f.words for f in figures_in(first, 5, keeps_concerns_back=False)] == ["not counted yet"] * 13
    close_period(programme.id, date(2026, 3, 31), date(2026, 4, 1), 5)
    closed = snapshot_of_month(programme, "2026-03")
    assert closed.day == date(2026, 3, 31)
    assert [row.id for row in snapshots_of(programme.id)] == [closed.id, first.id]
    for month, words in (
        ("2026-02", "Empty began on 10 March 2026; February 2026 was before it."),
        ("2026-04", "April 2026 is not closed: it is not over yet, or nothing was frozen at its end."),
        ("once", "Write a month as year and month, such as 2026-03."),
    ):
        with pytest.raises(NotFound, match=words):
            snapshot_of_month(programme, month)
    programme.closed_at = clock.now()
    db.session.flush()
    assert programmes_to_close(date(2026, 4, 30)) == []
    assert db.session.query(ReportSnapshot).count() == 2
