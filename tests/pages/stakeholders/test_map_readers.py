"""Who reads the map and what: sponsors, leads, notes, leavers, and the navigation."""

import re

import pytest
from factories import PASSWORD, TESTER, make_account, make_department, make_person, make_programme, make_wave, signed_in
from pages.stakeholders.map_pages import G, form, rows_of, text_of
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people import actions as people
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.models import Stakeholder, StakeholderProfile


@pytest.fixture
def sponsor(app, wave):
    person = make_person("Margaret Leclerc", "margaret@example.com", "Executive")
    wave.programme.sponsor = person
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


def test_a_note_is_kept_and_taken_back_by_who_keeps_the_map(manager, wave, council):
    address = f"/stakeholders/{council.id}"
    assert "Write the note first." in text_of(manager.post(f"{address}/notes", data={"text": " "}))
    assert manager.post(f"{address}/notes", data={"text": "Bring <b>twenty</b>."}).status_code == 303
    page = manager.get(address).get_data(as_text=True)
    assert "“Bring &lt;b&gt;twenty&lt;/b&gt;.”" in page
    for path in re.findall(r'action="(/stakeholders/\d+/notes/\d+/withdrawal)"', page):
        assert manager.post(path).status_code == 303
    shown = text_of(manager.get(address))
    assert "twenty" not in shown
    assert "chair" not in shown
    assert "Ines Okafor wrote a note on 14 April; Ines Okafor took it back on 14 April." in shown
    other = add_stakeholder("Brokers", G.CUSTOMERS, places=[wave], by=TESTER)
    note = write_note(other, "Not here", by=TESTER)
    db.session.commit()
    assert manager.post(f"{address}/notes/{note.id}/withdrawal").status_code == 404


def test_a_sponsor_reads_the_map_without_notes_and_changes_nothing(sponsor, wave, council):
    shown = text_of(sponsor.get("/stakeholders"))
    assert "Works council" in shown
    assert "Put somebody on the map" not in shown
    one = sponsor.get(f"/stakeholders/{council.id}")
    assert "chair" not in one.get_data(as_text=True)
    assert "Private notes" not in text_of(one)
    assert f"/waves/{wave.id}" not in one.get_data(as_text=True)
    for path in ("new", f"{council.id}/edit"):
        assert sponsor.get(f"/stakeholders/{path}").status_code == 403
    for path in ("removal", "return", "notes"):
        assert sponsor.post(f"/stakeholders/{council.id}/{path}", data={"text": "Mine"}).status_code == 403


def test_a_lead_reads_programme_wide_entries_and_keeps_only_those_of_the_wave(app, wave):
    lead = make_person("Sam Pryce", "sam@example.com", department="Programme office")
    wave.lead = lead
    account = accounts.account_for_person(lead)
    accounts.set_password(account, PASSWORD, by=TESTER)
    wide = add_stakeholder("Works council", G.OTHERS, places=[wave.programme], by=TESTER)
    write_note(wide, "For those who plan it all.", by=TESTER)
    own = add_stakeholder("Brokers", G.CUSTOMERS, places=[wave], by=TESTER)
    other = make_wave(make_programme("Another"), name="Elsewhere")
    both = add_stakeholder("Policyholders", G.CUSTOMERS, places=[wave, other], by=TESTER)
    write_note(both, "Shared by both.", by=TESTER)
    foreign = add_stakeholder("Suppliers", G.OTHERS, places=[other], by=TESTER)
    client = signed_in(app, account)
    assert [row[0] for row in rows_of(client.get("/stakeholders"))] == [
        f"{name} Outside the directory" for name in ("Brokers", "Policyholders", "Works council")
    ]
    assert "For those" not in text_of(client.get(f"/stakeholders/{wide.id}"))
    shown = text_of(client.get(f"/stakeholders/{both.id}"))
    assert "Shared by both." in shown
    assert "Elsewhere" not in shown
    assert [client.get(f"/stakeholders/{row.id}/edit").status_code for row in (own, wide, both)] == [200, 403, 403]
    assert client.get(f"/stakeholders/{foreign.id}").status_code == 404
    page = client.get("/stakeholders/new").get_data(as_text=True)
    assert re.findall(r'name="places"[^>]*value="([^"]+)"', page) == [f"wave-{wave.id}"]
    answer = client.post("/stakeholders/new", data=form(other, name="Sly"))
    assert answer.status_code == 422
    assert db.session.scalar(select(Stakeholder.id).where(Stakeholder.name == "Sly")) is None


def test_what_a_leaver_looked_after_is_given_to_somebody_else(manager, wave):
    ann, bob = make_person("Ann Owner", "ann@example.com"), make_person("Bob Owner", "bob@example.com")
    row = add_stakeholder("Brokers", G.CUSTOMERS, places=[wave], owner=ann, by=TESTER)
    people.mark_as_left(ann, by=TESTER)
    db.session.commit()
    page = manager.get("/people/leavers").get_data(as_text=True)
    assert "Looks after this stakeholder" in page
    assert f'href="/stakeholders/{row.id}/edit"' in page
    assert "Brokers Looks after this stakeholder." in text_of(manager.get(f"/people/{ann.id}"))
    assert "Ann Owner did, and left on Tuesday 14 April." in text_of(manager.get(f"/stakeholders/{row.id}"))
    edit = manager.get(f"/stakeholders/{row.id}/edit").get_data(as_text=True)
    assert "Ann Owner looked after them, and has left." in edit
    data = {"name": "Brokers", "group": "customers", "places": [f"wave-{wave.id}"], "owner": "bob@example.com"}
    assert manager.post(f"/stakeholders/{row.id}/edit", data=data).status_code == 303
    assert "Nobody who left holds anything" in text_of(manager.get("/people/leavers"))
    held = select(StakeholderProfile.owner_id).where(StakeholderProfile.superseded_at.is_(None))
    assert db.session.scalars(held).all() == [bob.id]


def test_a_stakeholder_who_left_or_was_closed_is_marked(manager, wave):
    ann, letters, claims = make_person("Ann Gone"), make_department("Letters"), make_department("Claims")
    rows = [add_stakeholder(whom, G.END_USERS, places=[wave], by=TESTER) for whom in (ann, letters)]
    people.mark_as_left(ann, by=TESTER)
    people.merge_department(letters, claims, by=TESTER)
    db.session.commit()
    assert [row[0] for row in rows_of(manager.get("/stakeholders"))] == [
        "Ann Gone Person Left",
        "Letters Department Closed",
    ]
    assert "Ann Gone has left. Who has their part" in text_of(manager.get(f"/stakeholders/{rows[0].id}"))
    assert "Its people are counted where they work now." in text_of(manager.get(f"/stakeholders/{rows[1].id}"))


def test_the_navigation_names_stakeholders_for_those_who_may_see_them(app, manager, sponsor):
    make_person("Eve Plain", "eve@example.com")
    trainer = signed_in(app, make_account("trainer@example.com", "Tia Trainer", Role.TRAINER))
    place = '<a href="/stakeholders"'
    found = [place in client.get("/stakeholders").get_data(as_text=True) for client in (manager, sponsor)]
    assert found == [True, True]
    assert place not in trainer.get("/programmes").get_data(as_text=True)
    assert trainer.get("/stakeholders").status_code == 403
