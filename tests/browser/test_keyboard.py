"""The keyboard alone: every step of these journeys is a key, and the eye can follow where it is."""

import re

from browser.furnishing import EMPLOYEE, MANAGER
from browser.keys import sign_in, tab_to

FOCUSED = "() => (document.activeElement.innerText || document.activeElement.id).trim()"


def test_sign_in_and_skip_to_the_page(live, window):
    """The first stop of every page leads past the navigation."""
    ines = window()
    sign_in(ines, MANAGER)
    page = ines.page
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to the page"
    box = page.locator(".skip").bounding_box()
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_menu_on_a_narrow_screen(live, window):
    """It opens with Enter, closes with Escape and gives the focus back, and leads on."""
    tomasz = window(width=390)
    sign_in(tomasz, EMPLOYEE)
    page = tomasz.page
    tab_to(page, "details.menu > summary")
    page.keyboard.press("Enter")
    assert page.locator("details.menu").evaluate("menu => menu.open")
    assert not page.locator("nav.masthead-nav").is_visible()
    tomasz.see(widths=(320, 390))
    page.keyboard.press("Escape")
    assert not page.locator("details.menu").evaluate("menu => menu.open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    tab_to(page, ".menu-sheet a[href='/concerns/new']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("h1") == "Say something"


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(live, window):
    """A form that comes back says first what is wrong, and Enter on a line goes where it is put right."""
    tomasz = window()
    sign_in(tomasz, EMPLOYEE)
    page = tomasz.page
    tomasz.open("/concerns/new")
    tab_to(page, "#text")
    page.keyboard.type("It will not work on the tablets.")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors")
    assert page.evaluate("document.activeElement.className") == "errors"
    assert page.title().startswith("Error: ")
    tomasz.see(widths=())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "sender"
    page.keyboard.press("Space")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/me/concerns"))
    assert "It will not work on the tablets." in tomasz.text


def test_a_question_before_something_final(live, window):
    """A step that can't be taken back asks first, and asks the keyboard as well."""
    ines = window()
    sign_in(ines, MANAGER)
    page = ines.page
    ines.open("/communications/1")
    tab_to(page, "details.confirm > summary")
    page.keyboard.press("Enter")
    tab_to(page, "details.confirm button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "This communication has ended." in ines.text
