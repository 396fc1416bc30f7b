"""Who is let in where: every address of the service against every kind of reader, on their own side and on a foreign one."""

import re

import pytest
from factories import make_unknown_concern
from flask import Flask
from pages.frame.access import ANYBODY, EVERYBODY, MATRIX, ask, has_sides, is_let_in, rules_of
from pages.frame.two_of_everything import World
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from engagement import clock
from engagement.db import db

pytestmark = pytest.mark.usefixtures("frozen")
#: Pages that show what belongs to no programme, and why whoever plans reads all of it.
SHARED = {
    "audiences.index": "an audience is chosen for a communication of any programme",
    "audiences.audience": "as above",
    "people.role_rules": "a rule gives a role to an audience",
    "people.department": "a wave is made of departments, so who plans one knows the tree",
    "people.departments": "as above",
    "people.index": "as above: departments to narrow by",
    "people.without_role": "as above",
    "waves.edit": "as above: departments to choose",
    "waves.new": "as above",
    "waves.members": "audiences to choose from",
    "waves.order": "departments to bring into an order",
    "concerns.log": "as above: the department that a conversation was in",
    "calendar.new": "audiences to choose from",
    "calendar.edit": "as above",
    "calendar.standard": "as above",
    "stakeholders.new": "as above: departments to choose",
    "admin.mailbox": "the mailbox of a machine in development",
}
SHARED_WORDS = {"The foreign audience", "The foreign department", "Owner foreign"}
#: Further views of an address, which a query opens.
VIEWS = {
    "calendar.index": "?view=list",
    "calendar.occurrence": "?as=foreign@example.com",
    "audiences.audience": "?person=foreign@example.com",
}


def words_in(answer: TestResponse) -> set[str]:
    """Return which things of either side a page names."""
    text = answer.data.decode("utf-8", "replace")
    return set(re.findall(r"The (?:own|foreign) \w+|Foreign Person|Owner foreign", text))


def asked(world: World, letter: str, rule: Rule, method: str = "GET") -> tuple[tuple[bool, ...], TestResponse]:
    """Return whether an address lets a reader in, on both sides where it has them, and its answer on the own one.

    Who has no business on the own side has less on the foreign one: there it is asked by who is let in on the own side
    or should be on the foreign one, and by an employee, the head of a department and somebody who is not signed in.
    """
    own = ask(world, letter, rule, method)
    is_in = is_let_in(own, rule.endpoint)
    if not has_sides(rule):
        return (is_in,), own
    if not is_in and letter not in MATRIX[f"{method} {rule.endpoint}"][1] + "EH-":
        return (False, False), own
    return (is_in, is_let_in(ask(world, letter, rule, method, "foreign"), rule.endpoint)), own


def expected_of(letter: str, method: str) -> dict[str, tuple[bool, ...]]:
    """Return what the table says of one reader."""
    return {key: tuple(letter in side for side in let) for key, let in MATRIX.items() if key.startswith(method)}


@pytest.mark.parametrize("letter", list(ANYBODY))
def test_every_page_lets_in_whom_the_table_says_and_tells_them_no_more(app: Flask, world: World, letter: str):
    """Each page is asked for once: for who is let in, and for what it names."""
    let_in: dict[str, tuple[bool, ...]] = {}
    told: dict[str, set[str]] = {}
    for rule in rules_of(app, "GET"):
        let_in[f"GET {rule.endpoint}"], own = asked(world, letter, rule)
        told[rule.endpoint] = words_in(own)
        if rule.endpoint in VIEWS:
            told[rule.endpoint] |= words_in(ask(world, letter, rule, query=VIEWS[rule.endpoint]))
    assert let_in == expected_of(letter, "GET")
    if letter in "PLHSErwsuvd":
        planner_may = SHARED_WORDS if letter in "PLrwuv" else set()
        foreign = {place: {word for word in words if "oreign" in word} for place, words in told.items()}
        more = {place: words - (planner_may if place in SHARED else set()) for place, words in foreign.items()}
        assert {place: words for place, words in more.items() if words} == {}
    if letter in "AHSUrwsuvd":
        # What people said is read by nobody who does not answer.
        assert {place for place, words in told.items() if "The own concern" in words} == set()
    # Private notes are read by who keeps the map.
    noted = {place for place, words in told.items() if "The own note" in words}
    assert noted - {"people.data"} == ({"stakeholders.stakeholder"} if letter in "AMPWL" else set())
    promised = {place for place, words in told.items() if "The own promise" in words} - {"people.data", "me.data"}
    on_lists = {"stakeholders.promise", "stakeholders.promises", "stakeholders.promises_file"}
    with_talks = {"stakeholders.interaction", "stakeholders.stakeholder", "stakeholders.map_page"}
    own = on_lists | {"me.index"} if letter == "E" else set()
    assert promised == (on_lists | with_talks if letter in "AMPWL" else own)
    talked = {place for place, words in told.items() if "The own talk" in words} - {"people.data"}
    of_talks = {"interaction", "interactions", "stakeholder"} | ({"correct_interaction"} if letter in "MPWL" else set())
    assert talked == ({f"stakeholders.{place}" for place in of_talks} if letter in "AMPWL" else set())


@pytest.mark.parametrize("letter", list(ANYBODY))
def test_every_step_lets_in_exactly_whom_the_table_says(app: Flask, world: World, letter: str):
    let_in = {f"POST {rule.endpoint}": asked(world, letter, rule, "POST")[0] for rule in rules_of(app, "POST")}
    assert let_in == expected_of(letter, "POST")


#: Who sees which part of a person's page: those who see the same on the pages of the other halls.
PARTS_OF_A_PERSON = {
    "training": "AMPWLHDRUrwuvd",
    "messages": "AMU",
    "champion": "AMPWLRUrwuv",
    "stakeholder": "AMPWLUuv",
    "concerns": "MPWL",
}


def test_the_page_of_a_person_shows_of_other_halls_what_the_reader_sees_there(app: Flask, world: World):
    (rule,) = app.url_map.iter_rules("people.person")
    pages = {one: ask(world, one, rule).get_data(as_text=True) for one in EVERYBODY}
    shown = {part: "".join(one for one in EVERYBODY if f'id="{part}"' in pages[one]) for part in PARTS_OF_A_PERSON}
    assert shown == PARTS_OF_A_PERSON


@pytest.mark.parametrize("letter", list("Ss"))
def test_a_sponsor_reads_waves_and_workflows_without_their_people(app: Flask, world: World, letter: str):
    """But for the stakeholder map, which sponsors read anyhow, and who decides beside them at the gate."""
    told = {}
    for endpoint in ("waves.index", "waves.programme", "waves.wave", "waves.workflow", "waves.ownership"):
        (rule,) = [r for r in app.url_map.iter_rules(endpoint) if "GET" in (r.methods or ())]
        page = ask(world, letter, rule).get_data(as_text=True)
        page = re.sub(r'<section[^>]* id="(stakeholders|readiness)".*?</section>', "", page, flags=re.DOTALL)
        told[endpoint] = sorted(word for word in ("Reader E", "The own note", "The own concern") if word in page)
    assert told == {endpoint: [] for endpoint in told}


def test_a_concern_without_a_wave_is_for_change_managers_of_everything(app: Flask, world: World):
    make_unknown_concern("No wave", on=clock.now().date())
    db.session.execute(db.text("COMMIT"))
    db.session.remove()
    (rule,) = app.url_map.iter_rules("concerns.index")
    assert [one for one in "MPWL" if "No wave" in ask(world, one, rule).get_data(as_text=True)] == ["M"]
