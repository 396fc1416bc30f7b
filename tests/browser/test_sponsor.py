"""A sponsor in the browser: the sheet to decide from, on the screen, on a phone, by keyboard and on paper; and who closes a month."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from browser.furnishing import (
    EMPLOYEE,
    MANAGER,
    SPONSOR,
    furnish_what_is_measured_and_asked,
)
from browser.furnishing_sheets import furnish_gate_that_waits, furnish_six_waves
from browser.keys import sign_in, tab_to
from factories import TESTER
from pypdf import PdfReader
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.waves.impacts.actions import assess_impact
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.models import Wave

_SHOWN = "selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).length"
SHEET = "/reports/programmes/1"


def on_paper(page) -> list[str]:
    """Return the text of each page that the browser would print."""
    return [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages]


def test_the_sheet_on_screen_and_on_paper(live, window):
    """No person is named; on paper what can only be pressed is gone, and the first page says everything."""
    margaret = window()
    margaret.sign_in(SPONSOR)
    margaret.open("/")
    assert margaret.page.url.endswith(SHEET)
    assert "Property claims" in margaret.text
    assert "Tomasz" not in margaret.text
    assert "What are the twelve of us for?" not in margaret.text

    page = margaret.page
    assert page.evaluate(_SHOWN, ".masthead-nav") == 1
    page.emulate_media(media="print")
    assert page.evaluate(_SHOWN, ".masthead-nav, .appearance, .no-print, .menu") == 0
    assert page.evaluate(_SHOWN, ".only-paper") >= 1
    paper = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert_first_page_says_everything(page)


def assert_first_page_says_everything(page) -> None:
    sheet, definitions = on_paper(page)
    assert "What was said to people" in sheet
    assert "How each figure is counted" not in sheet
    assert definitions.strip().startswith("How each figure is counted")


def test_six_waves_fit_on_one_page(empty, window):
    with empty.app.app_context():
        furnish_six_waves()
    margaret = window()
    margaret.sign_in(SPONSOR)
    margaret.open(SHEET)
    assert "Go or no-go for wave 4 (Letter drafting)" in margaret.text
    assert_first_page_says_everything(margaret.page)


def test_a_dark_screen_prints_on_white(live, window):
    """Ink is saved and colours keep their contrast: paper is always light."""
    margaret = window(color_scheme="dark")
    margaret.sign_in(SPONSOR)
    margaret.open(SHEET)
    margaret.page.emulate_media(media="print", color_scheme="dark")
    colours = margaret.page.evaluate(
        "() => [getComputedStyle(document.body).color, getComputedStyle(document.querySelector('h1')).color]"
    )
    for colour in colours:
        red, green, blue = (int(part) for part in colour.removeprefix("rgb(").rstrip(")").split(", "))
        assert max(red, green, blue) < 100, colours


@pytest.mark.parametrize("width", [390, 1280])
def test_a_sponsor_decides_on_the_sheet(live, window, width):
    """Refused without a reason, with what was typed; then back on the sheet with what was decided."""
    with live.app.app_context():
        furnish_gate_that_waits()
    margaret = window(width=width)
    margaret.sign_in(SPONSOR)
    margaret.open(SHEET)
    page = margaret.page
    page.locator("summary", has_text="Decide").first.click()
    margaret.see()
    form = page.locator(".decide-here form")
    form.get_by_label("Go, with conditions").check()
    page.locator(".decide-here summary", has_text="Conditions").click()
    form.get_by_label("Condition 1: what has to be done?").fill("Two more people answer at the desk")
    form.get_by_role("button", name="Keep the decision").click()
    page.wait_for_load_state()
    margaret.see()
    assert page.title().startswith("Error: ")
    assert page.locator("#text_1").input_value() == "Two more people answer at the desk"
    margaret.fill(reason="The desk gets help.", owner_1="helen@example.com", due_1=str(clock.now().date()))
    margaret.press("Keep the decision")
    assert page.url.endswith(f"{SHEET}#decisions")
    assert "Wave 1, Property claims: Passed. Margaret Leclerc said go, with conditions" in margaret.text
    assert page.locator(".decide-here").count() == 0
    margaret.follow("See the gate", exact=False)
    assert "The desk gets help." in margaret.text


def test_a_sponsor_decides_with_keys_alone(live, window):
    with live.app.app_context():
        furnish_gate_that_waits()
    margaret = window()
    sign_in(margaret, SPONSOR)
    page = margaret.page
    margaret.open(SHEET)
    tab_to(page, ".decide-here > summary")
    page.keyboard.press("Enter")
    tab_to(page, ".decide-here input[value=go]")
    page.keyboard.press("Space")
    tab_to(page, ".decide-here textarea")
    page.keyboard.type("Rehearsed with both teams.")
    tab_to(page, ".decide-here button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    margaret.see(widths=())
    assert "Passed. Margaret Leclerc said go on" in margaret.text


def test_a_named_approver_is_led_to_the_gate_and_decides_there(live, window):
    """Who has no other right to the wave finds it on the start page, and decides on the gate's own page."""
    with live.app.app_context():
        furnish_gate_that_waits(named=EMPLOYEE)
    tomasz = window(width=390)
    tomasz.sign_in(EMPLOYEE)
    tomasz.open("/waves/1/readiness")
    tomasz.follow("Decide")
    page = tomasz.page
    page.get_by_label("No-go").check()
    tomasz.fill(reason="Two of us are ill.")
    tomasz.press("Keep the decision")
    assert page.url.endswith("/waves/1/readiness#gate")
    margaret = window()
    margaret.sign_in(SPONSOR)
    margaret.open(SHEET)
    assert "Tomasz Wójcik said no-go" in margaret.text


def test_who_plans_closes_a_month_and_compares(live, window):
    """The clock closes the month that is over; later the report of now stands beside it, and one is kept by hand."""
    with live.app.app_context():
        furnish_what_is_measured_and_asked()
        db.session.execute(db.text("UPDATE programme SET made_at = '2020-01-01 00:00:00'"))
        db.session.commit()
    first = clock.now().replace(day=1, hour=12)
    live.run_line("close-periods", at=max(first, datetime(2026, 1, 1, tzinfo=UTC)))
    ines = window()
    ines.sign_in(MANAGER)
    ines.open(SHEET)
    ines.follow("Kept reports")
    ended = (first - timedelta(days=2)).strftime("%B %Y")
    assert re.search(rf"End of {ended}", ines.text)
    ines.press("Keep the report as it stands")
    assert "The report is kept as it stands now." in ines.text
    ines.follow("Compare with now")
    page = ines.page
    page.get_by_label("Earlier").select_option(label=f"End of {ended}")
    ines.press("Compare")
    assert f"End of {ended} beside this moment." in ines.text
    for path in ("/waves/1/readiness", "/waves/2/adoption", "/programmes/1/adoption", "/reports/snapshots/1"):
        ines.open(path)


def test_a_sponsor_says_on_a_phone_how_they_see_it_and_then_reads_its_people(live, window):
    """From the start page, one press for each part; nothing chosen is refused; what people say stands beside it afterwards."""
    with live.app.app_context():
        furnish_what_is_measured_and_asked()
        wave = db.session.get_one(Wave, 1)
        department = db.session.scalars(select(ImpactAssessment)).one().department
        heard = Assessed({Aspect.TASKS: AspectSaid(5, "", "We only check")}, "Workshop", 8)
        assess_impact(wave, department, ImpactSide.PEOPLE, heard, floor=5, by=TESTER)
        db.session.commit()
    margaret = window(width=390)
    margaret.sign_in(SPONSOR)
    page = margaret.page
    margaret.open("/waves/1/impacts")
    assert "We only check" not in margaret.text
    margaret.follow("Say how you see it")
    margaret.press("Keep it")
    assert page.title().startswith("Error: ")
    assert "Choose for at least one part of the work how much it changes." in margaret.text
    page.get_by_role("group", name="What they do").get_by_role("radio", name="2: changes a little").check()
    page.get_by_role("group", name="Pay and grade").get_by_role("radio", name="0: stays as it is").check()
    margaret.fill(basis="The plan says so.")
    margaret.press("Keep it")
    assert "It is kept for" in margaret.text
    assert "Nothing is asked of a sponsor now." in margaret.text
    margaret.follow("Compare it with what leaders and people say")
    page.locator(".impacts tbody a").first.click()
    margaret.see()
    assert "We only check" in margaret.text
    assert "Sponsors differ" in margaret.text
    margaret.open("/")
    assert "You have not said how you see it" not in margaret.text


def test_a_sponsor_says_with_keys_alone_how_they_see_it(live, window):
    with live.app.app_context():
        furnish_what_is_measured_and_asked()
    margaret = window()
    sign_in(margaret, SPONSOR)
    page = margaret.page
    margaret.open("/")
    assert "You have not said how you see it" in margaret.text
    tab_to(page, 'a[href="/waves/1/sponsors-view"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "#score_tasks input")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    tab_to(page, "main form button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    margaret.see(widths=())
    assert "1 of 5 points" in margaret.text
