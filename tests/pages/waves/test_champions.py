"""Pages of champions: coverage of a wave, appointing and releasing, and what a champion reads on their own page."""

import html
import re
from datetime import date

import pytest
from factories import (
    PASSWORD,
    TESTER,
    make_change_manager,
    make_department,
    make_people,
    make_person,
    make_wave,
    signed_in,
)
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.db import db
from engagement.people import actions as people
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.models import Champion
from engagement.waves.actions import place_people
from engagement.waves.models import WaveDepartment
from engagement.waves.rules import WaveStatus


@pytest.fixture
def wave(app, frozen):
    wave = make_wave(departments=(make_department("Operations/Claims"),))
    make_people(62, "Operations/Claims")
    place_people(wave)
    return wave


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_change_manager())


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())


def appoint(client, wave, **answers):
    return client.post(f"/waves/{wave.id}/champions", data={"from_on": "2026-04-14", **answers})


def test_appointing_closes_the_gap_that_the_page_names(manager, wave):
    address = f"/waves/{wave.id}/champions"
    assert "Operations/Claims : no champion for 62 people; 3 would be 1 in 25 (here: 3 more)" in text_of(
        manager.get(address)
    )
    assert appoint(manager, wave, person="person7@example.com").status_code == 303
    shown = text_of(manager.get(address))
    assert "1 champion for 62 people, one for all. Aim: one for every 25." in shown
    assert "Operations/Claims : 1 champion for 62 people; 3 would be 1 in 25 (here: 2 more)" in shown
    assert "Person Number7 since 14 April, named by Ines Okafor" in shown
    assert "Operations/Claims: 1 champion for 62 people; 3 would be 1 in 25 (here: 2 more)." in text_of(
        manager.get(f"/waves/{wave.id}")
    )
    for number in (8, 9):
        appoint(manager, wave, person=f"person{number}@example.com")
    assert "Full coverage" in text_of(manager.get(address))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({}, "Write whom you want to appoint. A name, work address or employee number."),
        (
            {"person": "nobody@example.com"},
            "Nobody here has the name, address or employee number “nobody@example.com”.",
        ),
        (
            {"person": "away@example.com"},
            "Bob Away works in no department of this wave. Choose the one they are there for.",
        ),
        ({"person": "person1@example.com", "from_on": ""}, "Choose a day."),
        (
            {"person": "person1@example.com", "until_on": "2026-04-14"},
            "They can stop only after they began; choose a later day.",
        ),
    ],
)
def test_what_is_missing_is_said_above_its_field(manager, wave, answers, sentence):
    make_person("Bob Away", "away@example.com", "Finance")
    page = appoint(manager, wave, **answers).get_data(as_text=True)
    assert "<title>Error: Champions of Wave 3" in page
    assert f"Error: </span>{sentence}" in page
    assert db.session.scalars(select(Champion)).all() == []


def test_releasing_keeps_that_they_were_one(manager, wave):
    appoint(manager, wave, person="person7@example.com", from_on="2026-04-11", until_on="2026-06-30")
    champion = db.session.scalars(select(Champion)).one()
    assert manager.post(f"/waves/{wave.id}/champions/{champion.id}/release").status_code == 303
    shown = text_of(manager.get(f"/waves/{wave.id}/champions"))
    assert "Person Number7 Operations/ Claims from 11 April until 14 April, released by Ines Okafor" in shown
    other = make_wave(wave.programme, number=4)
    db.session.commit()
    assert manager.post(f"/waves/{other.id}/champions/{champion.id}/release").status_code == 404


def test_a_leaver_stands_among_the_earlier_ones(manager, wave):
    appoint(manager, wave, person="person7@example.com")
    people.mark_as_left(db.session.scalars(select(Champion)).one().person, by=TESTER)
    db.session.commit()
    shown = text_of(manager.get(f"/waves/{wave.id}/champions"))
    assert "Person Number7 Operations/ Claims from 14 April until they left on 14 April" in shown


def test_nobody_is_appointed_for_a_wave_that_is_over(manager, wave):
    wave.status = WaveStatus.CLOSED
    db.session.commit()
    assert "The wave is closed; nobody is appointed for it any more." in text_of(
        manager.get(f"/waves/{wave.id}/champions")
    )
    answer = appoint(manager, wave, person="person7@example.com")
    assert answer.status_code == 422
    assert "Wave 3: Property claims is closed." in text_of(answer)


def test_a_wave_without_people_says_what_comes_first(manager, wave):
    empty = make_wave(wave.programme, number=4)
    db.session.commit()
    assert "Coverage is counted for the people of the wave." in text_of(manager.get(f"/waves/{empty.id}/champions"))


def test_a_champion_reads_that_they_are_one_and_who_else_is(app, wave):
    eve, bob = make_person("Eve Plain", "eve@example.com"), make_person("Bob Other", "bob@example.com")
    place_people(wave)
    account = accounts.account_for_person(eve)
    accounts.set_password(account, PASSWORD, by=TESTER)
    client = signed_in(app, account)
    assert "You are a champion" not in text_of(client.get("/me"))
    ines = make_change_manager().actor
    appoint_champion(wave, eve, from_on=date(2026, 4, 14), by=ines)
    db.session.commit()
    shown = text_of(client.get("/me"))
    assert (
        "You are a champion of Property claims for Operations/Claims, since Tuesday 14 April, named by Ines Okafor."
        in shown
    )
    assert "You are the only one so far." in shown
    appoint_champion(wave, bob, from_on=date(2026, 4, 14), by=ines)
    db.session.commit()
    assert "1 other champion of this wave Bob Other Operations/Claims" in text_of(client.get("/me"))
    assert client.get(f"/waves/{wave.id}/champions").status_code == 403


def test_a_champion_has_a_page_with_whom_to_ask_and_no_names_of_those_they_are_there_for(app, wave):
    eve, bob = make_person("Eve Plain", "eve@example.com"), make_person("Bob Other", "bob@example.com")
    place_people(wave)
    wave.lead = make_person("Lena Lead", "lena@example.com", "Executive")
    account = accounts.account_for_person(eve)
    accounts.set_password(account, PASSWORD, by=TESTER)
    client = signed_in(app, account)
    assert client.get("/me/champion").status_code == 403
    ines = make_change_manager().actor
    appoint_champion(wave, eve, from_on=date(2026, 4, 14), by=ines)
    db.session.commit()
    shown = text_of(client.get("/me/champion"))
    assert "64 people of this department are in the wave; there for them: you alone." in shown
    assert "2 more champions are being looked for." in shown
    assert "Leads the wave: Lena Lead" in shown
    assert "You are the only champion of this wave so far." in shown
    assert "12 May It starts" in shown
    assert "You don’t report on anybody." in html.unescape(shown)
    assert "Person Number" not in shown
    appoint_champion(wave, bob, from_on=date(2026, 4, 14), by=ines)
    db.session.commit()
    page = client.get("/me/champion")
    assert 'href="mailto:bob@example.com"' in page.get_data(as_text=True)
    assert "there for them: you and 1 other champion. 1 more champion is being looked for." in text_of(page)
    assert 'href="/me/champion"' in client.get("/me").get_data(as_text=True)
    wave.status = WaveStatus.CANCELLED
    db.session.commit()
    assert client.get("/me/champion").status_code == 403


def test_departments_that_lack_champions_stand_in_one_list_over_waves(app, manager, wave, statements):
    later = make_wave(wave.programme, number=4, name="Later", go_live_on=date(2026, 6, 30))
    page = text_of(manager.get("/stakeholders/champions?wave=" + str(later.id)))
    assert "None is missing" not in page
    later.training_due_on = date(2026, 6, 23)
    appoint(manager, wave, person="person7@example.com")
    make_people_of(later, "Finance", 30)
    page = text_of(manager.get("/stakeholders/champions"))
    assert (
        "4 champions are missing in 2 departments to one for every 25 people. Wave 3: Property claims goes live next, on Tuesday 12 May."
        in page
    )
    assert "Find 2 more in time for the training, which is due by 5 May. Appoint for Operations/Claims" in page
    assert "Appoint a first one in time for the training, which is due by 23 June." in page
    assert "Finance" not in text_of(manager.get(f"/stakeholders/champions?wave={wave.id}")).split("Missing")[1]
    rows = manager.get("/stakeholders/champions.csv").get_data(as_text=True).splitlines()
    assert rows[1].startswith('Operations/Claims,Wave 3: Property claims,2026-05-12,1,62,2,"Find 2 more')
    with statements() as few:
        manager.get("/stakeholders/champions")
    for number in (5, 6, 7):
        make_people_of(make_wave(wave.programme, number=number, name=f"N{number}"), f"Desk {number}", 3)
    with statements() as many:
        manager.get("/stakeholders/champions")
    assert len(many) == len(few)
    sponsor = make_person("Sven Sponsor", "sven@example.com", "Executive")
    wave.programme.sponsor = sponsor
    account = accounts.account_for_person(sponsor)
    accounts.set_password(account, PASSWORD, by=TESTER)
    page = signed_in(app, account).get("/stakeholders/champions")
    assert "Operations/ Claims" in text_of(page)
    assert "Appoint for" not in text_of(page)


def test_while_nobody_is_in_a_wave_the_list_says_what_to_do_instead_of_reassuring(app):
    make_wave()
    page = text_of(signed_in(app, make_change_manager()).get("/stakeholders/champions"))
    assert "Nobody is in an open wave yet Give a wave its departments on Waves" in page
    assert "missing" not in page


def make_people_of(wave, department, number):
    """Put a department of so many people into a wave."""
    place = make_department(department)
    for n in range(number):
        make_person(f"{department} {n}", f"{department.replace(' ', '')}{n}@example.com".lower(), place)
    db.session.add(WaveDepartment(wave_id=wave.id, department_id=place.id))
    db.session.flush()
    place_people(wave)
