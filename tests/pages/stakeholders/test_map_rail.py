"""What stands beside the map: who moved last, champions of the next wave, and what comes next."""

import html
import re
from datetime import date, timedelta

import pytest
from factories import PASSWORD, TESTER, make_department, make_people, make_person, make_wave, signed_in
from pages.stakeholders.drawn_maps import put, say, section

from engagement.accounts import actions as accounts
from engagement.db import db
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.commitments.actions.promising import make_promise
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.waves.actions import place_people
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
ON = date(2026, 4, 14)


def beside(client, name, query=""):
    """Return a section of the rail in words, "" if it isn't there."""
    page = client.get(f"/stakeholders/map{query}").get_data(as_text=True)
    if f'id="{name}"' not in page:
        return ""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", "<" + section(page, name))).split())


def talk(row, ago):
    log_interaction([row], Said(Channel.CALL, ON - timedelta(days=ago), "Talked."), on=ON, by=TESTER)


@pytest.fixture
def sponsor(app, wave):
    person = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = person
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


def test_the_last_move_stands_there_with_its_reason_and_the_way_to_all(manager, wave, frozen):
    frozen.shift(timedelta(days=-41))
    council = put("Works council", wave, 86, 84)
    frozen.shift(timedelta(days=41))
    row = put("Broker Service leads", wave, 59, 84)
    assert "Nobody was judged anew yet." in beside(manager, "moves")
    frozen.shift(timedelta(days=-40))
    say(council, 80, 84, reason="They ask for less.")
    frozen.shift(timedelta(days=40))
    assert beside(manager, "moves").endswith(
        "Works council : Power 8.6 → 8.0. “They ask for less.” The service, Thursday 5 March All moves since Wednesday 4 March"
    )
    say(row, 69, 86, reason="They own the June renewals.")
    assert beside(manager, "moves").endswith(
        "Last moved Broker Service leads : Power 5.9 → 6.9, interest 8.4 → 8.6. “They own the June renewals.” The service, "
        "Tuesday 14 April All moves since Tuesday 17 March"
    )
    assert "Works council : Power 8.6 → 8.0" in beside(manager, "moves", "?on=2026-04-13")
    assert "Since the end of Monday 13 April: 1 came onto the map." in beside(manager, "moves", "?since=2026-04-13")


def test_what_comes_next_stands_there_the_late_first(manager, wave):
    sam = make_person("Sam Pryce", "sam@example.com")
    leads, letters, head = (
        put("Broker leads", wave, 69, 86, owner=sam),
        put("Letters", wave, 30, 80),
        put("Head", wave, 80, 80),
    )
    put("Nowhere", wave)
    for row, ago in ((leads, 21), (letters, 29), (head, 1)):
        talk(row, ago)
    make_promise(letters, "Open hour", sam, ON + timedelta(days=6), on=ON, by=TESTER)
    db.session.commit()
    assert beside(manager, "coming").endswith(
        "Next contacts All promises Overdue Broker leads , every two weeks, with Sam Pryce 7 days late Thu 16 Apr Letters , every month "
        "Mon 20 Apr Letters : Open hour Sam Pryce Mon 27 Apr Head , every two weeks The table below has everybody’s last contact."
    )
    assert beside(manager, "coming", "?on=2026-04-13") == ""
    assert "Head" not in beside(manager, "coming", "?q=letters")
    assert beside(manager, "coming", "?since=2026-04-13") == ""


def test_a_sponsor_reads_whom_to_be_in_touch_with_and_no_promise(sponsor, wave):
    row = put("Letters", wave, 80, 80)
    make_promise(
        row, "Open hour", make_person("Sam Pryce", "sam@example.com"), ON + timedelta(days=6), on=ON, by=TESTER
    )
    db.session.commit()
    assert "Next contacts Tue 28 Apr Letters , every two weeks The table" in beside(sponsor, "coming")
    assert "Find champions there" not in beside(sponsor, "champions")


def test_nothing_to_come_says_what_to_do(manager, wave):
    put("Nowhere", wave)
    assert "Nothing comes next. Say of those on the map how much power" in beside(manager, "coming")


def test_champions_of_the_wave_stand_there_with_the_department_that_lacks_most(manager, wave, sponsor):
    claims, letters = make_department("Claims"), make_department("Letters")
    people = [*make_people(26, "Claims"), make_person("Ann Letters", "ann@example.com", "Letters")]
    covered = make_wave(wave.programme, number=2, name="Letters", departments=(claims, letters))
    covered.go_live_on = wave.go_live_on - timedelta(days=1)
    place_people(covered)
    put("Works council", wave.programme, 80, 80)
    appoint_champion(covered, people[-1], department=letters, from_on=ON, by=TESTER)
    db.session.commit()
    told = (
        f"Champions All {covered.title}, goes live Monday 11 May 1 champion for 27 people, one for all. Aim: one for every 25. "
        "Claims: no champion for 26 people; 2 would be 1 in 25 (here: 2 more)."
    )
    assert beside(sponsor, "champions").endswith(told)
    assert beside(manager, "champions").endswith(f"{told} Find champions there")
    page = manager.get("/stakeholders/map").get_data(as_text=True)
    assert f'href="/stakeholders/champions?wave={covered.id}&amp;shown=all"' in section(page, "champions")
    assert f'href="/waves/{covered.id}/champions#appoint"' in section(page, "champions")


def test_the_wave_that_goes_live_next_counts_or_the_one_that_is_asked_for(manager, wave):
    put("Works council", wave.programme, 80, 80)
    late = make_wave(wave.programme, number=4, name="Later", go_live_on=wave.go_live_on + timedelta(days=30))
    assert beside(manager, "champions").endswith(
        f"Champions All {wave.title}, goes live Tuesday 12 May Nobody is in the wave yet."
    )
    assert f"{late.title}, goes live Thursday 11 June Nobody" in beside(manager, "champions", f"?wave={late.id}")
    wave.status = WaveStatus.CANCELLED
    db.session.commit()
    assert f"{late.title}, goes live Thursday 11 June Nobody" in beside(manager, "champions")
    late.status = WaveStatus.CLOSED
    db.session.commit()
    assert beside(manager, "champions") == ""
