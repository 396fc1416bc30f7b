"""Frozen reports: what is kept, when a month closes, and what a reader may see of it later."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

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
from pypdf import PdfReader
from sqlalchemy import select

from engagement import clock
from engagement.accounts.queries import account_by_email, reader_of
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import NotFound
from engagement.people.organisation.rules import UNSET
from engagement.reports.files.rules.paper import pdf_of
from engagement.reports.queries.sheet import sheet_of
from engagement.reports.rules.figures import SubjectKind
from engagement.reports.rules.measures import Measure
from engagement.reports.snapshots.actions import close_period, freeze_report, keep_report
from engagement.reports.snapshots.models import ReportSnapshot
from engagement.reports.snapshots.queries import (
    document_of,
    figures_in,
    last_closed,
    programmes_to_close,
    snapshot_of_month,
    snapshots_of,
)
from engagement.reports.snapshots.rules import end_of_month, frozen, period_to_close, sentence_words, stood_words
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.rules import Source
from engagement.value.actions.metrics import make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm
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


def test_in_one_minute_of_the_clock_one_report_is_kept(app, frozen):
    programme = make_programme("Empty")
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    db.session.flush()
    assert close_period(programme.id, date(2026, 3, 31), TODAY, 5) == 1
    first, is_new = keep_report(programme.id, TODAY, 5, by=TESTER)
    assert is_new
    assert keep_report(programme.id, TODAY, 5, by=TESTER) == (first, False)
    assert keep_report(make_programme("Another").id, TODAY, 5, by=TESTER)[1]
    frozen.shift(59)
    assert keep_report(programme.id, TODAY, 5, by=TESTER) == (first, False)
    frozen.shift(1)
    second, is_new = keep_report(programme.id, TODAY, 5, by=TESTER)
    assert is_new
    assert len({row.title_in("Europe/London") for row in snapshots_of(programme.id)}) == 3
    assert snapshots_of(programme.id)[0] == second


def read_on_paper(snapshot, floor=5, *, keeps_concerns_back=False):
    """The words of a frozen report's paper, without spaces, and how the paper is built."""
    moment = "14 April 2026 at 09:00, London time"
    document = document_of(
        snapshot, "Margaret", UNSET, floor, moment, title=snapshot.title, keeps_concerns_back=keeps_concerns_back
    )
    read = PdfReader(BytesIO(pdf_of(document)))
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in read.pages))
    return document, text, read.trailer["/Root"]


def test_a_frozen_report_on_paper_says_what_it_kept_with_its_grounds_and_tags(app):
    programme = make_programme("Claims", make_person("Margaret Leclerc", "margaret@example.com"))
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    workflow, members = make_workflow(programme), make_people(10)
    assign(make_wave(programme, workflows=(workflow,), members=members), members, 4)
    details = MetricDetails("Time", "hours", Better.LOWER, ReadingRhythm.MONTH, 24_000, date(2027, 6, 8))
    metric = make_metric(workflow, details, None, by=TESTER)
    say_baseline(metric, BaselineSaid(52_000, date(2026, 2, 8), "Counted"), today=TODAY, by=TESTER)
    add_reading(metric, Read(date(2026, 3, 5), 33_000, ""), today=TODAY, by=TESTER)
    for n in range(6):
        make_unknown_concern(f"Words {n}", on=date(2026, 3, 30), source=Source.OTHER)
    count_objections(date(2026, 3, 31), 5, "GB-ENG")
    close_period(programme.id, date(2026, 3, 31), date(2026, 4, 1), 5)
    snapshot = last_closed(programme.id)
    document, text, root = read_on_paper(snapshot)
    assert root["/Metadata"].get_data().count(b"pdfuaid:part") > 0
    assert root["/Lang"] == "en-GB"
    told = [figure for figure in document.figures if figure.measure is not Measure.VALUE_WAY_EXPECTED]
    for words in (
        "Claims, End of March 2026",
        document.lede,
        "Frozen on 14 April 2026 at 09:00, London time by the clock. Figures as of 1 April 2026, objections as of the end of Tuesday 31 March,",
        "Groups under five were not shown.",
        "Wave 3: Property claims: Planned, go-live 12 May",
        "33 hourson 5 March",
        "Trained: 95 % asked for.",
        "Way to the target, Claims triage: Time: the way from 52 hours on 8 February 2026 to 24 hours by 8 June 2027.",
        "Ready, Wave 3: Property claims: “Training is finished, in each role”, 95 %;",
        "40 %, 4 of 10",
        *(figure.words for figure in told),
        *document.notes.values(),
    ):
        assert re.sub(r"\s+", "", words) in text
    snapshot.stood = ""
    assert "Notknown:whenthisreportwasfrozen,onlyitsfigureswerekept." in read_on_paper(snapshot)[1]
    _, hidden, _ = read_on_paper(snapshot, floor=7, keeps_concerns_back=True)
    assert "Whatwascountedsoishiddentoday,whengroupsundersevenare." in hidden
    assert "withoutobjections,whicharenotshowntoyou" in hidden


def test_paper_of_a_report_without_waves_or_closed_late_says_so(app):
    programme = make_programme("Empty")
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    db.session.flush()
    close_period(programme.id, date(2026, 3, 31), TODAY, 5)
    _, text, _ = read_on_paper(last_closed(programme.id))
    for words in ("Nowavewasplanned.", "closedlate,sohowthingsstoodatitsendisnotknown", "Objectionswerenotcountedyet."):
        assert words in text


def test_who_reads_a_part_of_the_concerns_reads_nothing_of_them_in_how_a_frozen_report_stood():
    decision = "Decision needed: Give somebody the time to answer concerns that have waited too long"
    stood = f"Wave 1: Planned, go-live 5 May\n{decision}"
    assert stood_words(stood, []) == stood.splitlines()
    assert stood_words(stood, [], keeps_concerns_back=True) == ["Wave 1: Planned, go-live 5 May"]
    sentence = "Not on track, because people who object have waited longer than was promised."
    assert sentence_words(sentence, keeps_concerns_back=False) == sentence
    assert "waited" not in sentence_words(sentence, keeps_concerns_back=True)
