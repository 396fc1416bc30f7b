"""Waves in the browser: planned and moved by the change manager, made ready by their lead, read by sponsor and works council."""

from datetime import timedelta

from browser.furnishing import (
    EMPLOYEE,
    MANAGER,
    SPONSOR,
    TEAM_LEAD,
    furnish_settling,
    furnish_what_is_measured_and_asked,
)
from browser.keys import sign_in, tab_to
from factories import TESTER
from sqlalchemy import select

from engagement import clock
from engagement.consultations.actions.bodies import name_member
from engagement.consultations.models import Body
from engagement.days.working_days import working_days_after
from engagement.db import db
from engagement.people.models import Person


def _click(visitor, role, name):
    """Press or follow the first thing of this name, without looking at the page that follows."""
    visitor.page.locator("main").get_by_role(role, name=name).first.click()
    visitor.page.wait_for_load_state()


def _working_day(days):
    return working_days_after(clock.today("Europe/London") + timedelta(days=days), 0, "GB-ENG").isoformat()


def test_a_wave_is_planned_by_milestones_moved_with_its_chain_and_moved_back(live, window):
    ines = window()
    ines.sign_in(MANAGER)
    ines.page.goto(f"{live.url}/programmes/1/waves/new")
    ines.fill(name="Motor claims", go_live_on=_working_day(60))
    _click(ines, "button", "Plan the wave")
    assert "Wave 2: Motor claims is planned." in ines.text

    ines.page.goto(f"{live.url}/waves/2/milestones/new")
    ines.page.locator("#kind").select_option(label="Training opens")
    ines.page.locator("#anchor").select_option(index=2)
    ines.fill(offset="20")
    _click(ines, "button", "Add it")
    ines.see()
    assert "20 working days before" in ines.text

    ines.page.goto(f"{live.url}/waves/1/chain")
    ines.page.locator("#milestone").select_option(index=1)
    ines.fill(offsets="T-7, T-2")
    _click(ines, "button", "Show the days")
    _click(ines, "button", "Make the drafts")
    assert ines.page.locator(".errors").count() == 0, ines.text
    ines.page.goto(f"{live.url}/waves/1/milestones")
    assert "2 messages" in ines.text

    former = ines.page.locator("tr", has_text="Go-live").locator("td").first.inner_text()
    _click(ines, "link", "Move go-live")
    ines.fill(go_live_on=_working_day(42))
    _click(ines, "button", "Show what would move")
    ines.see()
    assert "Nothing has changed yet" in ines.text
    assert "7 working days before go-live" in ines.text
    ines.fill(reason="The data come later.")
    _click(ines, "button", "Move go-live")
    assert "Go-live moves from" in ines.text
    ines.page.goto(f"{live.url}/waves/1/milestones")
    assert former not in ines.page.locator("tr", has_text="Go-live").first.inner_text()
    _click(ines, "button", "Take this move back")
    ines.see()
    assert "The move is taken back." in ines.text
    assert former in ines.page.locator("tr", has_text="Go-live").first.inner_text()


def test_the_lead_meets_what_stands_against_ready_and_overrules_a_quiet_period(live, window):
    with live.app.app_context():
        furnish_settling(2)
    dana = window(width=390)
    dana.sign_in(TEAM_LEAD)
    dana.page.goto(f"{live.url}/waves/1")
    assert dana.page.inner_text("h1") == "Property claims"
    dana.page.goto(f"{live.url}/waves/1/statuses?status=ready")
    dana.fill(reason="Everybody was there for the rehearsal.")
    _click(dana, "button", "It is ready")
    # A refusal keeps what was typed.
    assert dana.page.input_value("#reason") == "Everybody was there for the rehearsal."
    assert "What stands against it" in dana.text
    _click(dana, "link", "The training of 14 people waits for Wave 2: Motor")
    _click(dana, "link", "Wave 2: Motor")
    dana.see(is_thorough=True)
    dana.fill(reason="Their shifts leave no other time.")
    _click(dana, "button", "Let the training go on")
    dana.see()
    assert "goes on: “Their shifts leave no other time.” Dana Whitfield" in dana.text.replace("\n", " ")
    dana.page.goto(f"{live.url}/waves/1/statuses?status=ready")
    assert "waits for Wave 2" not in dana.text


def test_the_sponsor_reaches_a_wave_from_the_sheet(live, window):
    margaret = window(width=390)
    margaret.sign_in(SPONSOR)
    margaret.page.goto(f"{live.url}/reports/programmes/1")
    margaret.page.locator("main a[href*='/waves/1']").first.click()
    margaret.page.wait_for_load_state()
    margaret.see()
    assert margaret.page.inner_text("h1") == "Property claims"
    assert margaret.page.get_by_role("link", name="Move go-live").count() == 0


def test_the_works_council_reads_asks_and_gives_its_position_by_keyboard(live, window):
    with live.app.app_context():
        furnish_what_is_measured_and_asked()
        person = db.session.scalars(select(Person).where(Person.email == EMPLOYEE)).one()
        name_member(db.session.scalars(select(Body)).one(), person, by=TESTER)
        db.session.commit()
    tomasz = window()
    sign_in(tomasz, EMPLOYEE)
    page = tomasz.page
    page.goto(f"{live.url}/consultations")
    _enter(page, "main a[href='/consultations/1']")
    _enter(page, "main a[href^='/handed-over/']")
    assert "All of it." in tomasz.text
    page.goto(f"{live.url}/consultations/1")
    tab_to(page, "#questions details > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#question")
    page.keyboard.type("Who may look into the log?")
    _enter(page, "#questions button[type=submit]")
    assert "Who may look into the log?" in tomasz.text
    page.goto(f"{live.url}/consultations/1")
    tab_to(page, "#position input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#position textarea")
    page.keyboard.type("Counts by team stay above ten people.")
    _enter(page, "#given_on")
    tomasz.see()
    assert "Agrees with conditions" in tomasz.text
    assert "Counts by team stay above ten people." in tomasz.text


def _enter(page, selector):
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")
