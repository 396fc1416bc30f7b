"""A sponsor in the browser: the sheet to decide from, on the screen and on paper."""

import re

from browser.furnishing import SPONSOR

_SHOWN = "selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).length"


def test_the_sheet_on_screen_and_on_paper(live, window):
    """No person is named; on paper what can only be pressed is gone, and definitions are open."""
    margaret = window()
    margaret.sign_in(SPONSOR)
    margaret.open("/")
    assert margaret.page.url.endswith("/reports/programmes/1")
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
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_a_dark_screen_prints_on_white(live, window):
    """Ink is saved and colours keep their contrast: paper is always light."""
    margaret = window(color_scheme="dark")
    margaret.sign_in(SPONSOR)
    margaret.open("/reports/programmes/1")
    margaret.page.emulate_media(media="print", color_scheme="dark")
    colours = margaret.page.evaluate(
        "() => [getComputedStyle(document.body).color, getComputedStyle(document.querySelector('h1')).color]"
    )
    for colour in colours:
        red, green, blue = (int(part) for part in colour.removeprefix("rgb(").rstrip(")").split(", "))
        assert max(red, green, blue) < 100, colours
