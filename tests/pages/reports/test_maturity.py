"""The report on maturity: what is in production, how long it took, and readings that somebody entered; and its files."""

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from python_calamine import CalamineWorkbook

from engagement.db import db
from engagement.programmes.actions import set_target
from engagement.value.actions.metrics import make_metric
from engagement.value.actions.readings import Read, add_reading
from engagement.value.rules import Better, MetricDetails, MetricKind, ReadingRhythm
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
TODAY = date(2026, 4, 14)


@pytest.fixture
def programme(app):
    programme = make_programme("Claims and finance", make_person("Margaret Leclerc", "margaret@example.com"))
    names = ("Triage", "Letters", "Invoices", "Old")
    triage, letters, invoices, old = (make_workflow(programme, name) for name in names)
    for number, (workflow, ago, status) in enumerate(
        ((triage, 30, WaveStatus.CLOSED), (letters, 10, WaveStatus.LIVE), (invoices, 5, WaveStatus.ROLLED_BACK)), 1
    ):
        made = datetime(2026, 4, 14, 8, tzinfo=UTC) - timedelta(days=100)
        workflow.made_at = made
        make_wave(
            programme, workflows=(workflow,), number=number, go_live_on=TODAY - timedelta(days=ago), status=status
        )
    old.retired_at = datetime(2026, 4, 1, tzinfo=UTC)
    for workflow, value in ((triage, 40_000), (letters, 21_000)):
        said = MetricDetails("Calls", "tickets a month", Better.LOWER, ReadingRhythm.MONTH, kind=MetricKind.TICKETS)
        add_reading(
            make_metric(workflow, said, None, by=TESTER),
            Read(date(2026, 4, 8), value, "The desk’s list."),
            today=TODAY,
            by=TESTER,
        )
    db.session.commit()
    return programme


def text_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def address(programme, ending=""):
    return f"/reports/programmes/{programme.id}/maturity{ending}"


def sponsor_of(app, programme):
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    return signed_in(app, account)


def test_a_sponsor_reads_what_is_in_production_and_what_it_takes(app, programme):
    shown = text_of(sponsor_of(app, programme).get(address(programme)))
    assert "67 %, 2 of 3 workflows are in production." in shown
    assert "nobody said how many it is to reach" in shown
    assert "80 days" in shown  # the median of 70 and 90
    assert "30.5 tickets a month" in shown
    assert "From 2 of 2 workflows in production." in shown
    assert "On 8 April 2026: The desk’s list." in shown
    assert "nobody reads that yet" in shown
    assert "Old" not in shown


def test_the_share_of_the_processes_aimed_at_follows_from_the_number_that_somebody_set(app, programme):
    browser = signed_in(app, make_change_manager())
    page = f"/programmes/{programme.id}/edit"
    assert "Say how many processes the programme is to reach" in text_of(browser.get(address(programme)))
    given = {"name": programme.name, "purpose": "x", "sponsor": "margaret@example.com"}
    assert "Write a number from 1 to 100,000" in text_of(
        browser.post(page, data={**given, "target_processes": "0"}), 422
    )
    assert browser.post(page, data={**given, "target_processes": "8"}).status_code == 303
    shown = text_of(browser.get(address(programme)))
    assert "2 of 3 workflows are in production, of 8 processes that it is to reach." in shown
    assert "25 %, 2 of 8" in shown


def test_a_programme_without_workflows_divides_by_nothing(app):
    programme = make_programme()
    set_target(programme, 3, by=TESTER)
    db.session.commit()
    browser = signed_in(app, make_change_manager())
    shown = text_of(browser.get(address(programme)))
    assert "No workflow belongs to this programme yet." in shown
    assert "no workflow yet" in browser.get(address(programme, ".csv")).get_data(as_text=True)


def test_before_the_first_go_live_no_workflow_is_in_production(app):
    programme = make_programme(sponsor=make_person("Margaret Leclerc"))
    make_workflow(programme)
    assert "No workflow is in production yet." in text_of(sponsor_of(app, programme).get(address(programme)))


def test_the_files_hold_the_same_figures(app, programme):
    browser = sponsor_of(app, programme)
    table = browser.get(address(programme, ".csv")).get_data().decode("utf-8-sig").splitlines()
    assert any(
        line.startswith("How far the programme has come,Letters,From request to production,90,days,") for line in table
    )
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(browser.get(address(programme, ".xlsx")).get_data()))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert ["How far the programme has come", "All workflows", "Support tickets", 30.5] in [row[:4] for row in rows]
    assert len(rows) == len(table)


def test_it_is_for_who_reads_the_sheet(app, programme):
    browser = signed_in(app, make_account("e@example.com", "Emil Employee"))
    assert {browser.get(address(programme, ending)).status_code for ending in ("", ".csv", ".xlsx")} == {403}


def test_tickets_are_counted_in_one_unit(app, programme):
    browser = signed_in(app, make_change_manager())
    given = {"name": "Calls again", "kind": "tickets", "better": "lower", "every": "month"}
    refused = browser.post("/workflows/1/value/new", data={**given, "unit": "calls a day"})
    assert "Count it in “tickets a month”" in text_of(refused, 422)
    assert browser.post("/workflows/1/value/new", data={**given, "unit": "tickets a month"}).status_code == 303


def test_the_sheet_leads_to_it(app, programme):
    browser = signed_in(app, make_change_manager())
    assert f'href="{address(programme)}"' in browser.get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
