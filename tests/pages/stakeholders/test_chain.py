"""The page of the sponsor chain, its line on the wave's page and on Today, and who reads it."""

import pytest
from factories import TESTER, make_account, make_change_manager, make_department, make_person, make_wave, signed_in
from pages.stakeholders.map_pages import text_of

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup


@pytest.fixture
def wave(app, frozen):
    wave = make_wave(departments=(make_department("Operations/Claims"), make_department("Sales")))
    wave.programme.sponsor = make_person("Margaret Leclerc", "margaret@example.com", None)
    add_stakeholder(wave.programme.sponsor, StakeholderGroup.EXECUTIVE_SPONSORS, places=[wave], by=TESTER)
    make_department("Sales").manager = wave.programme.sponsor
    db.session.commit()
    return wave


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_change_manager())


def test_the_page_says_in_words_where_nobody_stands(manager, wave):
    page = text_of(manager.get("/stakeholders/chain"))
    assert "The way from the sponsor has no gap to one of 2 departments. One has a step at which nobody stands." in page
    assert "Operations/ Claims Nobody is named: head of Operations/Claims." in page
    assert "Margaret Leclerc sponsor of Claims and finance, head of Sales" in page
    assert "Sales Somebody carries it on at every step." in page


def test_it_is_narrowed_to_a_wave_and_leaves_out_what_is_over(manager, wave):
    make_wave(wave.programme, number=4, name="Later")
    page = text_of(manager.get("/stakeholders/chain"))
    assert "Wave 4: Later" in page
    assert "No department is in this wave yet" in page
    assert "No department is in this wave yet" not in text_of(manager.get(f"/stakeholders/chain?wave={wave.id}"))


def test_the_wave_and_today_tell_of_a_broken_chain(manager, wave):
    page = manager.get(f"/waves/{wave.id}")
    assert "Sponsor chain: Nobody is named: head of Operations/Claims." in text_of(page)
    assert f'href="/stakeholders/chain?wave={wave.id}"' in page.get_data(as_text=True)
    assert "The sponsor’s word doesn’t get through 1 Wave 3: Property claims Nobody is named" in text_of(
        manager.get("/")
    )
    page = manager.get(f"/programmes/{wave.programme_id}").get_data(as_text=True)
    assert f'href="/stakeholders/chain?programme={wave.programme_id}"' in page


def test_who_reads_no_maps_reads_no_chain(app, wave):
    trainer = signed_in(app, make_account("t@example.com", "Tara Trainer", Role.TRAINER))
    assert trainer.get("/stakeholders/chain").status_code == 403
    assert "Sponsor chain" not in text_of(trainer.get(f"/waves/{wave.id}"))
