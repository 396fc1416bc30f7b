"""The report on resistance: what it shows, to whom, of which months, and its files."""

import csv
import re
from datetime import date
from io import BytesIO, StringIO

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
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from engagement.accounts.rules import Role
from engagement.content.library import playbook
from engagement.db import db
from engagement.resistance.actions import try_response
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.periods.actions import count_spans_of
from engagement.resistance.rules import Source
from engagement.waves.queries import waves_of
from engagement.waves.rules import WaveStatus
from tests.resistance.test_periods import many

pytestmark = pytest.mark.usefixtures("frozen")
MARCH = date(2026, 3, 9)
RESPONSE = playbook("job_security").responses[0].title


@pytest.fixture
def programme(app):
    programme = make_programme("Claims and finance", make_person("Margaret Leclerc", "margaret@example.com"))
    first, second = (make_wave(programme, number=n, name=f"Part {n}") for n in (1, 2))
    many(9, MARCH, first, source=Source.JOB_SECURITY, answered_on=date(2026, 3, 12))
    rows = many(8, MARCH, second, source=Source.JOB_SECURITY, answered_on=date(2026, 3, 18))
    for row in rows:
        try_response(row, RESPONSE, by=TESTER, on=MARCH)
    many(7, MARCH, second, source=Source.LOSS_OF_CONTROL)
    many(7, MARCH, first, source=Source.OTHER)
    count_objections(date(2026, 3, 31), 5, "GB-ENG")
    count_spans_of(programme.id, date(2026, 3, 31), 5, "GB-ENG")
    many(6, date(2026, 4, 7), second, source=Source.LOSS_OF_CONTROL)
    count_objections(date(2026, 4, 13), 5, "GB-ENG")
    db.session.commit()
    return programme


def sponsor_of(app, programme):
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    return signed_in(app, account)


def address(programme, more=""):
    return f"/reports/programmes/{programme.id}/resistance{more}"


def text_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def row_of(source, words):
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", source, re.S)
    texts = [" ".join(re.sub(r"<sup>.*?</sup>|<[^>]+>", " ", row).split()) for row in rows]
    return next(text for text in texts if text.startswith(words))


def test_a_sponsor_reads_who_objects_to_what_and_how_long_answers_take(app, programme):
    browser = sponsor_of(app, programme)
    assert address(programme) in browser.get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    source = browser.get(address(programme)).get_data(as_text=True)
    shown = text_of(browser.get(address(programme)))
    assert (
        "At the end of 13 April 20 concerns waited for an answer, 6 more than at the end of 31 March. "
        "Half of the first answers took 3 working days or less; five are promised." in shown
    )
    assert row_of(source, "Loss of control") == "Loss of control 13 +6 from 7 not shown"
    assert row_of(source, "March 2026") == "March 2026 14 17 3 working days"
    assert row_of(source, "April 2026, until 13 April").startswith("April 2026, until 13 April 20 17")
    assert "What came in from 1 March to 31 March, as it stood then" in shown
    assert row_of(source, "Wave 2: Part 2") == "Wave 2: Part 2 7 8"
    assert row_of(source, f"Job security: {RESPONSE}").endswith("8 all, or all but a few, of 8")
    assert "53 %, 9 of 17" not in shown  # all of the others were open when their five days ended
    assert 'href="/concerns?' not in source
    assert 'aria-label="Concerns that waited for an answer at the end of each month: Mar: 14; Apr: 20"' in source


def test_every_reference_has_its_definition_and_the_floor_is_said(app, programme):
    source = sponsor_of(app, programme).get(address(programme)).get_data(as_text=True)
    assert set(re.findall(r'href="#note-(\d+)"', source)) <= set(re.findall(r'id="note-(\d+)"', source))
    assert "Groups under five people are not" in source


def test_who_reads_every_concern_opens_the_list_behind_a_figure(app, programme):
    browser = signed_in(app, make_change_manager())
    source = browser.get(address(programme)).get_data(as_text=True)
    links = re.findall(r'href="(/concerns\?[^"]*wave=[^"]*)"', source)
    assert len(links) == 2
    listed = browser.get(links[1].replace("&amp;", "&")).get_data(as_text=True)
    assert len(re.findall(r'href="/concerns/\d+"', listed)) == 15


def test_an_earlier_month_can_be_asked_for_and_compared(app, programme):
    shown = text_of(sponsor_of(app, programme).get(address(programme, "?until=2026-03")))
    assert "At the end of 31 March 14 concerns waited for an answer." in shown
    assert "There is no earlier month to compare with." in shown


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("until=2026-13", "Write a month as year and month, such as 2026-03."),
        ("until=soon", "Write a month as year and month, such as 2026-03."),
        ("until=2025-11", "The programme began on 31 March 2026; November 2025 was before it."),
        ("until=2031-01", "January 2031 has not come, or nothing of it is counted yet."),
        ("until=2026-03&since=2026-04", "The period would end with March 2026 and begin with April 2026."),
        ("until=2026-04&since=2026-04", "The period would end with April 2026 and begin with April 2026."),
    ],
)
def test_months_that_cannot_be_told_of_are_refused_in_words(app, programme, asked, sentence):
    browser = sponsor_of(app, programme)
    for ending in ("", ".csv", ".xlsx"):
        assert sentence in text_of(browser.get(f"{address(programme, ending)}?{asked}"), 422)


def test_the_files_hold_the_figures_of_the_page(app, programme):
    browser = sponsor_of(app, programme)
    table = browser.get(address(programme, ".csv")).get_data().decode("utf-8-sig").splitlines()
    assert table[0].startswith("Part,Of,Figure,Value,Unit,Counted,Out of,")
    assert any(
        line.startswith('What people object to,Wave 2: Part 2,"Came in, still open",7,concerns,') for line in table
    )
    assert any(line.startswith("What people object to,Change fatigue,Open,not shown,") for line in table)
    book = browser.get(address(programme, ".xlsx")).get_data()
    rows = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert ["What people object to", "March 2026", "Open", 14] in [row[:4] for row in rows]
    assert len(rows) == len(table)


def test_before_the_first_night_it_says_when_something_stands_here(app):
    programme = make_programme()
    db.session.commit()
    shown = text_of(signed_in(app, make_change_manager()).get(address(programme)))
    assert "Concerns are counted at night; you read the first figures here tomorrow." in shown
    assert "Nothing is counted yet" in shown


def test_before_the_first_span_it_says_when_waves_are_told_apart(app):
    wave = make_wave()
    many(9, date(2026, 4, 7), wave)
    count_objections(date(2026, 4, 13), 5, "GB-ENG")
    db.session.commit()
    shown = text_of(signed_in(app, make_change_manager()).get(address(wave.programme)))
    assert "once a month is over, and 20 people have said something" in shown
    assert "Too few answers to say how long they take; five are promised working days." not in shown


def test_it_is_for_who_reads_the_sheet_and_nothing_is_left_to_subtract(app, programme):
    employee = signed_in(app, make_account("e@example.com", "Emil Employee"))
    planner = make_account("pat@example.com", "Pat Planner", Role.CHANGE_MANAGER, programme_id=programme.id)
    for ending in ("", ".csv", ".xlsx"):
        assert employee.get(address(programme, ending)).status_code == 403
    browser = signed_in(app, planner)
    shown = text_of(browser.get(address(programme)))
    assert "You read a part of these concerns yourself." in shown
    assert "Part 2" not in shown
    assert "What people object to" not in browser.get(address(programme, ".csv")).get_data(as_text=True)
    other = make_programme("Another", make_person("Omar Other", "omar@example.com"))
    sponsor = make_account("omar@example.com", "Omar Other")
    sponsor.person_id = other.sponsor_id
    assert signed_in(app, sponsor).get(address(programme)).status_code == 403


def test_the_team_says_what_it_tries_on_the_page_of_a_concern(app, programme):
    browser = signed_in(app, make_change_manager())
    row = many(1, date(2026, 4, 13), None, source=Source.JOB_SECURITY)[0]
    db.session.commit()
    page = f"/concerns/{row.id}"
    other = playbook("job_security").responses[1].title
    answer = browser.post(f"{page}/responses", data={"title": other})
    assert answer.status_code == 303
    shown = text_of(browser.get(page))
    assert "Tried since 14 April" in shown
    assert f"We try this: {other}." in shown
    assert (
        browser.get(page).get_data(as_text=True).count(">We try this</button>")
        == len(playbook("job_security").responses) - 1
    )
    assert "The playbook has no such response any more." in text_of(
        browser.post(f"{page}/responses", data={"title": "x"}), 422
    )


def test_the_sheet_takes_resistance_and_maturity_along_as_their_own_files_have_them(app, programme):
    workflow = make_workflow(programme, "=Triage")
    make_wave(programme, workflows=(workflow,), number=3, go_live_on=date(2026, 4, 1), status=WaveStatus.LIVE)
    db.session.commit()
    browser, sheet = sponsor_of(app, programme), f"/reports/programmes/{programme.id}"
    table = _table(browser, f"{sheet}.csv")
    book = CalamineWorkbook.from_filelike(BytesIO(browser.get(f"{sheet}.xlsx").data))
    assert book.sheet_names == ["Figures", "Training", "What people object to", "Resistance", "Maturity"]
    for title in ("Resistance", "Maturity"):
        own = _table(browser, f"{sheet}/{title.lower()}.csv")
        assert len(own) > 8
        along = [row for row in table if row[0].startswith(f"{title}: ")]
        assert [[row[0].removeprefix(f"{title}: "), *row[1:]] for row in along] == own[1:]
        cells = book.get_sheet_by_name(title).to_python()
        assert [[_cell(cell) for cell in row[:8]] for row in cells[1:]] == [
            [_cell(cell.removeprefix("'")) for cell in row[:8]] for row in own[1:]
        ]
    # The part of the sheet stays as it was, and paper has one sheet.
    figures = book.get_sheet_by_name("Figures").to_python()
    assert len([row for row in table if not row[0].startswith(("Resistance: ", "Maturity: "))]) == len(figures)
    paper = "".join(page.extract_text() for page in PdfReader(BytesIO(browser.get(f"{sheet}.pdf").data)).pages)
    assert "From request to production" not in paper


def _table(browser, path):
    return list(csv.reader(StringIO(browser.get(path).get_data().decode("utf-8-sig"))))


def _cell(cell):
    """A number as both files can write it."""
    try:
        return f"{float(str(cell)):.3f}"
    except ValueError:
        return str(cell)


def test_what_is_kept_back_from_a_reader_is_kept_back_in_what_goes_along(app, programme):
    wave = waves_of(programme.id)[0]
    wave.lead_id = programme.sponsor_id
    db.session.commit()
    browser, sheet = sponsor_of(app, programme), f"/reports/programmes/{programme.id}"
    along = [row for row in _table(browser, f"{sheet}.csv") if row[0].startswith("Resistance: ")]
    assert [row[0] for row in along] == ["Resistance: Report"]
    assert along[0][3].startswith("You read a part of these concerns yourself.")
