"""Whom to work on first: the matrix of levels, in the order of gap times power."""

import re

import pytest
from factories import TESTER, make_person
from pages.stakeholders.map_pages import G, text_of

from engagement import clock
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Level, Standing

pytestmark = pytest.mark.usefixtures("frozen")


def put(name, wave, power, now=None, wanted=None):
    row = add_stakeholder(name, G.OTHERS, places=[wave], by=TESTER)
    say_standing(row, Standing(power, 50, None, now, wanted), on=clock.now().date(), by=TESTER)
    return row


def matrix(client, query=""):
    """Return name, marks by level and gap × power of each row."""
    page = client.get(f"/stakeholders/gaps{query}").get_data(as_text=True)
    found = []
    for row in re.findall(r'<tr><th scope="row" class="who">(.*?)</tr>', page, re.S):
        name = re.search(r"<a [^>]*>(.*?)</a>", row, re.S)[1]
        cells = re.findall(r"<td([^>]*)>(.*?)</td>", row, re.S)
        marks = [
            re.sub(r"<[^>]+>", "", re.sub(r'<span class="visually-hidden">.*?</span>', "", inside))
            for _, inside in cells
        ]
        found.append((name, marks[:-1], marks[-1]))
    return found


def test_the_widest_gap_with_most_power_comes_first(manager, wave):
    put("Letters", wave, 33, Level.UNAWARE, Level.NEUTRAL)
    put("Head of Property", wave, 80, Level.NEUTRAL, Level.LEADING)
    put("Works council", wave, 86, Level.NEUTRAL, Level.SUPPORTIVE)
    put("Sponsor", wave, 93, Level.LEADING, Level.LEADING)
    put("Eager", wave, 50, Level.LEADING, Level.NEUTRAL)
    put("No power yet", wave, None, Level.RESISTANT, Level.SUPPORTIVE)
    put("Nothing wanted", wave, 70, Level.RESISTANT)
    assert matrix(manager) == [
        ("Head of Property", ["", "", "C", "", "D"], "16.0"),
        ("Works council", ["", "", "C", "D", ""], "8.6"),
        ("Letters", ["C", "", "D", "", ""], "6.6"),
        ("No power yet", ["", "C", "", "D", ""], "power not judged"),
        ("Eager", ["", "", "D", "", "C"], "0.0"),
        ("Sponsor", ["", "", "", "", "C=D"], "0.0"),
    ]
    page = text_of(manager.get("/stakeholders/gaps"))
    assert "4 of 6 stand below where we need them. The widest gap with most power comes first." in page
    assert "2 × 8.0 = 16.0" in page
    assert "1 lacks the level of today or the one that we need. Nothing wanted Say it" in page


def test_filters_and_days_hold_here_too(manager, wave, frozen):
    put("Letters", wave, 33, Level.UNAWARE, Level.NEUTRAL)
    assert matrix(manager, "?q=council") == []
    assert matrix(manager, "?on=2026-04-13") == []
    assert [row[0] for row in matrix(manager, f"?wave={wave.id}")] == ["Letters"]
    assert "“soon” is no day." in text_of(manager.get("/stakeholders/gaps?on=soon"))


def test_employees_without_a_post_are_counted_and_not_named(manager, wave):
    ann = make_person("Ann Employee", "ann@example.com")
    row = add_stakeholder(ann, G.END_USERS, places=[wave], by=TESTER)
    say_standing(row, Standing(50, 50), on=clock.now().date(), by=TESTER)
    page = text_of(manager.get("/stakeholders/gaps"))
    assert "Ann Employee" not in page
    assert "1 employee on the map holds no post in the change." in page


def test_an_empty_matrix_says_what_to_do(manager, wave):
    assert "Nobody is on the map yet" in text_of(manager.get("/stakeholders/gaps"))
    add_stakeholder("Works council", G.OTHERS, places=[wave], by=TESTER)
    assert "No gap can be told yet Say of each stakeholder how engaged they are today" in text_of(
        manager.get("/stakeholders/gaps")
    )
