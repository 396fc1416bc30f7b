"""The power/interest map in the browser: moved by keys and by pointer, taken back, and sound with few and many on it."""

import re

import pytest
from browser.furnishing import MANAGER
from factories import TESTER
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.programmes.models import Programme
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Level, Standing

_FOCUSED = "() => document.activeElement.getAttribute('aria-label') || ''"
MOST_STEPS = 80


def put(live, number, *, from_power=0):
    """Put many groups on the map of the whole programme, spread over it."""
    with live.app.app_context():
        programme = db.session.scalars(select(Programme)).first()
        for n in range(number):
            row = add_stakeholder(f"Brokers of district {n}", StakeholderGroup.CUSTOMERS, places=[programme], by=TESTER)
            power = from_power + (n * 37) % (101 - from_power)
            say(row, power, max(from_power, (n * 61) % 101), list(Level)[n % 5], Level.SUPPORTIVE)
        db.session.commit()


def say(row, *said):
    standing = Standing(said[0], said[1], None, *said[2:])
    say_standing(row, standing, "First look", on=clock.now().date(), by=TESTER)


def place_council(live, *said):
    with live.app.app_context():
        row = db.session.scalars(select(Stakeholder).where(Stakeholder.name == "Works council")).one()
        say(row, *said)
        db.session.commit()
        return row.id


def stands(live, key):
    with live.app.app_context():
        held = (StakeholderStanding.stakeholder_id == key, StakeholderStanding.superseded_at.is_(None))
        row = db.session.scalars(select(StakeholderStanding).where(*held)).one()
        return row.influence, row.interest, row.reason


def tab_to(page, words):
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if words in page.evaluate(_FOCUSED):
            return
    raise AssertionError(f"{words} is not reached with Tab")


def test_somebody_is_moved_by_keys_alone(live, window):
    """Found on the map, moved step by step, explained, and seen there afterwards and in the history."""
    key = place_council(live, 50, 60, Level.NEUTRAL, Level.SUPPORTIVE)
    ines = window()
    ines.sign_in(MANAGER)
    ines.open("/stakeholders/map")
    page = ines.page
    tab_to(page, "Works council: power 5.0, interest 6.0, neutral")
    says = page.locator("#map-says")
    page.keyboard.press("ArrowUp")
    assert says.inner_text().startswith("Works council: power 5.1, interest 6.0.")
    page.keyboard.press("Escape")
    assert says.inner_text() == "Works council is back at power 5.0, interest 6.0."
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert says.inner_text() == "Works council: power 6.9, interest 5.9. Enter to say why, Escape to take it back."
    assert stands(live, key) == (50, 60, "First look")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    ines.see()
    assert "Moved on the map: Power 5.0 → 6.9, interest 6.0 → 5.9." in ines.text
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.type("They wrote to the board.")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    ines.see()
    assert re.search(r"/stakeholders/map$", page.url)
    assert "Works council: Power 5.0 → 6.9, interest 6.0 → 5.9." in ines.text
    assert page.locator('a[aria-label*="Works council: power 6.9, interest 5.9"]').count() == 1
    assert stands(live, key) == (69, 59, "They wrote to the board.")
    ines.open(f"/stakeholders/{key}")
    assert "Power 5.0 → 6.9, interest 6.0 → 5.9. “They wrote to the board.”" in ines.text


def test_keys_stop_at_the_edge_and_nothing_is_kept_when_the_reader_goes_on(live, window):
    key = place_council(live, 97, 2)
    ines = window()
    ines.sign_in(MANAGER)
    ines.open("/stakeholders/map")
    page = ines.page
    tab_to(page, "Works council: power 9.7, interest 0.2")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    assert page.locator("#map-says").inner_text().startswith("Works council: power 10.0, interest 0.0.")
    page.keyboard.press("Tab")
    assert page.locator("#map-says").inner_text() == "Works council is back at power 9.7, interest 0.2."
    assert page.locator(".is-moved").count() == 0
    assert stands(live, key) == (97, 2, "First look")


def test_somebody_is_dragged_and_taken_back(live, window):
    """Let go, the form opens with the new place; Escape on the way, or leaving the form, keeps nothing."""
    key = place_council(live, 50, 50)
    ines = window()
    ines.sign_in(MANAGER)
    ines.open("/stakeholders/map")
    page = ines.page
    dot = page.locator('a[data-name="Works council"] circle').first
    field = page.locator(".only-wide .pi-field").bounding_box()
    dot.scroll_into_view_if_needed()
    field = page.locator(".only-wide .pi-field").bounding_box()
    x, y = field["x"] + field["width"] / 2, field["y"] + field["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + field["width"] / 5, y - field["height"] / 10, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert page.locator("#map-says").inner_text() == "Works council is back at power 5.0, interest 5.0."
    page.wait_for_timeout(100)
    assert re.search(r"/stakeholders/map$", page.url)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + field["width"] / 5, y - field["height"] / 10, steps=4)
    with page.expect_navigation():
        page.mouse.up()
    ines.see(widths=())
    assert "Moved on the map: Power 5.0 → 6.0, interest 5.0 → 7.0." in ines.text
    assert page.get_by_label("How much power").input_value() == "6.0"
    ines.follow("Leave it")
    assert re.search(r"/stakeholders/map$", page.url)
    assert stands(live, key) == (50, 50, "First look")


@pytest.mark.parametrize(("number", "from_power"), [(5, 0), (60, 50), (500, 0)])
def test_few_and_many_are_sound(live, window, number, from_power):
    """Wide and narrow, light and dark: axe, the widths, and the Content-Security-Policy."""
    put(live, number, from_power=from_power)
    ines = window()
    ines.sign_in(MANAGER)
    for path in (
        "/stakeholders/map",
        "/stakeholders/map?since=2020-01-01",
        "/stakeholders/gaps",
        "/stakeholders/gaps/wanted",
    ):
        ines.page.goto(live.url + path)
        ines.see(is_thorough=True)


def test_without_script_a_dot_leads_to_the_form(live, window):
    key = place_council(live, 50, 60)
    ines = window(java_script_enabled=False)
    ines.sign_in(MANAGER)
    ines.page.goto(live.url + "/stakeholders/map")
    ines.page.locator(f'svg.only-wide a[href^="/stakeholders/{key}/standing"] circle').first.click()
    assert "Where Works council stands" in ines.page.locator("h1").inner_text()
