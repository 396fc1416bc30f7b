"""Pages of frozen reports: who keeps one, and two side by side."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_people,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from pypdf import PdfReader

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.reports.snapshots.actions import close_period, freeze_report
from engagement.reports.snapshots.queries import snapshots_of
from engagement.value.actions.metrics import make_metric
from engagement.value.actions.readings import Read, add_reading
from engagement.value.rules import Better, MetricDetails, ReadingRhythm
from tests.attention.training_rows import assign

pytestmark = pytest.mark.usefixtures("frozen")


def text_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_keeping_a_report_comparing_it_and_who_may(app):
    programme = make_programme("Claims and finance", make_person("Margaret Leclerc", "margaret@example.com"))
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    members = make_people(10)
    wave = make_wave(programme, members=members)
    assign(wave, members, 4)
    db.session.flush()
    close_period(programme.id, date(2026, 3, 31), date(2026, 4, 1), 5)
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    sponsor = signed_in(app, account)
    auditor = signed_in(app, make_account("a@example.com", "Ada Auditor", Role.AUDITOR))
    other = make_programme("Another")
    other_id = other.id
    foreign = make_account("s@example.com", "Sam Sponsor", Role.SPONSOR, programme_id=other_id)
    base = f"/reports/programmes/{programme.id}"
    sheet = text_of(sponsor.get(base))
    assert "Compared with 31 March, the last closed month" in sheet
    assert "Freeze as a snapshot" in sheet
    assert "Freeze as a snapshot" not in text_of(auditor.get(base))
    assert "unchanged" in sheet
    listed = text_of(sponsor.get(f"{base}/snapshots"))
    assert "End of March 2026" in listed
    assert "by the clock" in listed
    (kept,) = snapshots_of(programme.id)
    page = text_of(auditor.get(f"/reports/snapshots/{kept.id}"))
    assert "Wave 3: Property claims: Planned, go-live 12 May" in page
    table = auditor.get(f"/reports/snapshots/{kept.id}.csv").get_data(as_text=True)
    assert "Wave 3: Property claims: Planned, go-live 12 May" in table
    assert 'Report,Claims and finance,Frozen,"Frozen on 14 April 2026 at 09:00, London time by the clock.' in table
    assert 'Trained,"40\N{NO-BREAK SPACE}%, 4 of 10",2026-04-01' in table
    assert signed_in(app, foreign).get(f"/reports/snapshots/{kept.id}.csv").status_code in (403, 404)
    assert "Keep the report as it stands" not in text_of(auditor.get(f"{base}/snapshots"))
    assert auditor.post(f"{base}/snapshots").status_code == 403
    answer = sponsor.post(f"{base}/snapshots")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reports/snapshots/2")
    kept = text_of(sponsor.get("/reports/snapshots/2"))
    assert "Claims and finance, 14 April 2026 at 09:00" in kept
    assert "40 %, 4 of 10" in kept
    assert "by Margaret Leclerc" in kept
    compared = text_of(sponsor.get(f"{base}/comparison?earlier=2&later=1"))
    assert "14 April 2026 at 09:00" in compared
    assert "the same" in compared
    assert re.search(r"\d+ figures that neither report knows or shows are left out here", compared)
    table = sponsor.get(f"{base}/comparison.csv?earlier=1").get_data(as_text=True)
    assert (
        "Waves,Wave 3: Property claims,Trained,"
        '"40\N{NO-BREAK SPACE}%, 4 of 10",2026-04-01,"40\N{NO-BREAK SPACE}%, 4 of 10",2026-04-14,the same,' in table
    )
    assert sponsor.get(f"{base}/months/2026-03").headers["Location"] == "/reports/snapshots/1"
    assert "January 2026 was before it." in text_of(sponsor.get(f"{base}/months/2026-01"), 404)
    assert "of another programme" in text_of(
        signed_in(app, make_change_manager()).get(f"/reports/programmes/{other_id}/comparison?earlier=1"), 404
    )
    stranger = signed_in(app, foreign)
    for path in (f"{base}/snapshots", "/reports/snapshots/1", f"{base}/comparison?earlier=1", f"{base}/months/2026-03"):
        assert stranger.get(path).status_code == 403
    for path in ("/reports/snapshots/99", f"{base}/comparison?earlier=x&later=7"):
        assert sponsor.get(path).status_code == 404


def test_a_number_of_another_day_than_its_report_names_it_on_both_pages_and_in_the_file(app):
    programme = make_programme("Claims and finance")
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    workflow = make_workflow(programme)
    make_wave(programme, workflows=(workflow,))
    details = MetricDetails("Time", "hours", Better.LOWER, ReadingRhythm.MONTH)
    metric = make_metric(workflow, details, None, by=TESTER)
    add_reading(metric, Read(date(2026, 3, 5), 33_000), today=date(2026, 4, 14), by=TESTER)
    close_period(programme.id, date(2026, 3, 31), date(2026, 4, 1), 5)
    add_reading(metric, Read(date(2026, 4, 9), 26_500), today=date(2026, 4, 14), by=TESTER)
    (kept,) = snapshots_of(programme.id)
    browser = signed_in(app, make_change_manager())
    page = text_of(browser.get(f"/reports/snapshots/{kept.id}"))
    assert "Figures as of 1 April 2026, without objections, which were not counted yet, unless they name" in page
    assert "33 hours on 5 March" in page
    compared = text_of(browser.get(f"/reports/programmes/{programme.id}/comparison?earlier={kept.id}"))
    assert "End of March 2026: figures as of 1 April 2026" in compared
    assert "Now: figures as of 14 April 2026" in compared
    assert "Time Measured last 33 hours on 5 March 26.5 hours on 9 April −6.5" in compared
    table = browser.get(f"/reports/programmes/{programme.id}/comparison.csv?earlier={kept.id}").get_data(as_text=True)
    assert "Measured last,33 hours,2026-03-05,26.5 hours,2026-04-09,−6.5," in table


def test_a_frozen_report_comes_as_paper_to_those_who_read_it(app):
    programme = make_programme("Claims and finance")
    make_wave(programme)
    freeze_report(programme, date(2026, 4, 14), 5, by=TESTER)
    address = f"/reports/snapshots/{snapshots_of(programme.id)[0].id}"
    auditor = signed_in(app, make_account("a@example.com", "Ada Auditor", Role.AUDITOR))
    assert f'href="{address}.pdf"' in auditor.get(address).get_data(as_text=True)
    answer = auditor.get(f"{address}.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].endswith(
        '"report-Claims-and-finance-14-April-2026-at-09-00-2026-04-14.pdf"'
    )
    paper = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    assert "drawn for Ada Auditor" in paper
    assert "How each figure was counted" in paper
    employee = signed_in(app, make_account("e@example.com", "Emil Employee"))
    assert employee.get(f"{address}.pdf").status_code == 403
    assert auditor.get("/reports/snapshots/99.pdf").status_code == 404


def test_two_reports_of_one_day_are_told_apart_and_put_in_order_and_one_is_not_compared_with_itself(app, frozen):
    programme = make_programme("Claims and finance")
    make_wave(programme)
    first = freeze_report(programme, date(2026, 4, 14), 5, by=TESTER)
    frozen.shift(3 * 3600)
    second = freeze_report(programme, date(2026, 4, 14), 5, by=TESTER)
    browser = signed_in(app, make_change_manager())
    base = f"/reports/programmes/{programme.id}"
    listed = text_of(browser.get(f"{base}/snapshots"))
    for title in ("14 April 2026 at 09:00", "14 April 2026 at 12:00"):
        assert listed.count(title) == 2
    address = f"{base}/comparison?earlier={{}}&later={{}}"
    compared = text_of(browser.get(address.format(first.id, second.id)))
    assert "14 April 2026 at 09:00 beside 14 April 2026 at 12:00." in compared
    assert "You named the later report as the earlier one." not in compared
    turned = text_of(browser.get(address.format(second.id, first.id)))
    assert "14 April 2026 at 09:00 beside 14 April 2026 at 12:00." in turned
    assert "You named the later report as the earlier one. Here the earlier one stands first." in turned
    for form in ("comparison", "comparison.csv"):
        refused = browser.get(address.format(first.id, first.id).replace("comparison", form))
        assert "This is one and the same report, so there is nothing to compare." in text_of(refused, 422)
