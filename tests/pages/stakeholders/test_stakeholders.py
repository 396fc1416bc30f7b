"""Pages of stakeholders as a change manager, one of a programme, a wave's lead and a sponsor: list, files, one, forms, notes."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from factories import (
    PASSWORD,
    TESTER,
    make_account,
    make_change_manager,
    make_department,
    make_person,
    make_programme,
    make_wave,
    signed_in,
)
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.audiences.actions import save_audience
from engagement.db import db
from engagement.people import actions as people
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.models import Stakeholder, StakeholderProfile
from engagement.stakeholders.rules import StakeholderGroup

G = StakeholderGroup


@pytest.fixture
def wave(app, frozen):
    return make_wave()


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_change_manager())


@pytest.fixture
def sponsor(app, wave):
    person = make_person("Margaret Leclerc", "margaret@example.com", "Executive")
    wave.programme.sponsor = person
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


@pytest.fixture
def council(wave):
    row = add_stakeholder("Works council", G.OTHERS, places=[wave], role="Has to agree.", by=TESTER)
    write_note(row, "The chair wants a call first.", by=TESTER)
    db.session.commit()
    return row


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())


def rows_of(answer) -> list[list[str]]:
    """Return the cells of the list of stakeholders."""
    page = answer.get_data(as_text=True)
    found = []
    for row in re.findall(r"<tr>\s*(<th scope=\"row\">\s*<a href=\"/stakeholders/\d+\">.*?)</tr>", page, re.S):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        found.append([" ".join(re.sub(r"<[^>]+>", "", cell.replace("<wbr>", "")).split()) for cell in cells])
    return found


def form(wave, **answers):
    return {"group": "end_users", "places": [f"wave-{wave.id}"], **answers}


def test_somebody_who_is_put_on_the_map_stands_on_the_waves_page_at_once(manager, wave):
    make_person("Ann Lead", "ann@example.com", job_title="Team lead")
    data = form(wave, person="ann@example.com", role="Speaks for the team.", owner="ann@example.com")
    answer = manager.post("/stakeholders/new", data=data)
    row = db.session.scalars(select(Stakeholder)).one()
    assert (answer.status_code, answer.location) == (303, f"/stakeholders/{row.id}")
    expected = ["Ann Lead Team lead", "End users", "Speaks for the team.", "Ann Lead"]
    assert rows_of(manager.get(f"/waves/{wave.id}")) == [expected]
    assert rows_of(manager.get("/stakeholders")) == [[*expected, "Wave 3: Property claims"]]
    assert "Training for their own work, and somebody to turn to." in text_of(manager.get(answer.location))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({}, "Fill in one of these three."),
        ({"person": "ann@example.com", "name": "Brokers"}, "Fill in only one of these three."),
        (
            {"person": "nobody@example.com"},
            "Nobody here has the name, address or employee number “nobody@example.com”.",
        ),
        ({"name": "Brokers", "group": ""}, "Choose the group that fits best. You can change it later."),
        ({"name": "Brokers", "places": []}, "Choose at least one programme or wave: the map on which they stand."),
        ({"name": "Works council"}, "Works council is on this map already. Change that entry instead."),
        ({"name": "x" * 201}, "Write a name, at most 200 characters."),
        ({"name": "Brokers", "role": "x" * 5_001}, "Shorten this to 5,000 characters; it has 5,001."),
    ],
)
def test_what_is_missing_is_said_once_above_its_field_and_kept(manager, wave, council, answers, sentence):
    make_person("Ann Lead", "ann@example.com")
    page = manager.post("/stakeholders/new", data=form(wave, **answers)).get_data(as_text=True)
    assert "<title>Error: Put somebody on the map" in page
    assert page.count(f"Error: </span>{sentence}") == 1
    assert all(f'value="{answers[key]}"' in page for key in ("person", "name") if key in answers)
    assert db.session.scalars(select(Stakeholder)).all() == [council]


def test_nonsense_in_the_form_and_in_the_filters_does_no_harm(manager, wave, council):
    for places in (["wave-999999"], ["programme-x"], ["wave-" + "9" * 30]):
        assert manager.post("/stakeholders/new", data=form(wave, name="Brokers", places=places)).status_code == 422
    for query in ("wave=" + "9" * 40, "owner=x&group=none&programme=-1", "page=99", "q=%00%25_"):
        assert manager.get(f"/stakeholders?{query}").status_code == 200, query
    assert manager.get("/stakeholders/new?wave=nonsense").status_code == 200
    assert manager.post("/stakeholders/new", data=form(wave, department="9" * 9)).status_code == 422


def test_a_change_keeps_what_was_said_before(manager, wave, council, frozen):
    frozen.shift(3_600)
    page = manager.get(f"/stakeholders/{council.id}/edit").get_data(as_text=True)
    assert 'value="Works council"' in page
    assert re.search(rf'checked[^>]*value="wave-{wave.id}"', page)
    data = {"name": "Council", "group": "business_leaders", "places": [f"programme-{wave.programme_id}"], "role": ""}
    assert manager.post(f"/stakeholders/{council.id}/edit", data=data).status_code == 303
    shown = text_of(manager.get(f"/stakeholders/{council.id}"))
    assert "Council Nobody has said yet what their role in the change is." in shown
    assert "Moved from others to business leaders. Role taken out." in shown
    assert "Put among the others. Role: “Has to agree.” On the map of Wave 3: Property claims." in shown
    empty = manager.post(f"/stakeholders/{council.id}/edit", data={**data, "name": " "}).get_data(as_text=True)
    assert "Write a name, at most 200 characters." in empty


def test_the_list_and_its_files_have_the_same_rows(manager, wave, council):
    ann = make_person("Ann Lead", "ann@example.com", "Legal")
    add_stakeholder(ann, G.BUSINESS_LEADERS, places=[wave.programme], role="=1+1", owner=ann, by=TESTER)
    gone = add_stakeholder("Consultants", G.OTHERS, places=[wave], by=TESTER)
    remove_stakeholder(gone, by=TESTER)
    db.session.commit()
    rows = list(csv.DictReader(StringIO(manager.get("/stakeholders.csv").data.decode("utf-8-sig"))))
    assert [row["stakeholder"] for row in rows] == ["Ann Lead", "Works council"]
    assert rows[0] == {
        "stakeholder": "Ann Lead",
        "kind": "Person",
        "department": "Legal",
        "stakeholder_group": "Business leaders",
        "role_in_the_change": "'=1+1",
        "looked_after_by": "Ann Lead",
        "maps": "Claims and finance: all of it",
        "on_the_map_since": "2026-04-14",
        "removed_on": "",
    }
    book = CalamineWorkbook.from_filelike(BytesIO(manager.get("/stakeholders.xlsx?q=council").data))
    assert [row[:4] for row in book.get_sheet_by_index(0).to_python()] == [
        ["stakeholder", "kind", "department", "stakeholder_group"],
        ["Works council", "Outside the directory", "", "Others"],
    ]
    shown = [row[0] for row in rows_of(manager.get("/stakeholders?removed=yes"))]
    assert shown == [
        "Ann Lead Person",
        "Consultants Outside the directory Off the map",
        "Works council Outside the directory",
    ]
    assert "chair" not in manager.get("/stakeholders.csv").get_data(as_text=True)


def test_an_empty_map_says_what_to_do_next(manager, wave):
    assert "Nobody is on the map yet" in text_of(manager.get("/stakeholders"))
    assert "Nobody is on the map of this wave" in text_of(manager.get(f"/waves/{wave.id}"))
    assert "Nobody fits all of these" in text_of(manager.get("/stakeholders?q=nobody"))


def test_without_a_programme_there_is_no_map_yet(app, frozen):
    page = text_of(signed_in(app, make_change_manager()).get("/stakeholders/new"))
    assert "There is no map yet" in page


def test_taking_off_the_map_is_undone_on_the_same_page(manager, wave, council):
    save_audience("Others", {"field": "stakeholder_group", "values": ["others"]}, by=TESTER)
    db.session.commit()
    address = f"/stakeholders/{council.id}"
    assert "Others reaches them no longer because of this entry." in text_of(manager.get(address))
    assert manager.post(f"{address}/removal", data={"reason": "x" * 1_001}).status_code == 422
    assert manager.post(f"{address}/removal", data={"reason": "Dissolved."}).status_code == 303
    shown = text_of(manager.get(address))
    assert "Works council is off the map. Taken off on Tuesday 14 April." in shown
    assert "Taken off the map. “Dissolved.”" in shown
    assert manager.get(f"{address}/edit").status_code == 200
    data = {"name": "Council", "group": "others", "places": [f"wave-{wave.id}"]}
    assert "was taken off the map. Put them back first." in text_of(manager.post(f"{address}/edit", data=data))
    assert manager.post(f"{address}/return").status_code == 303
    assert rows_of(manager.get("/stakeholders"))[0][0] == "Works council Outside the directory"


def test_putting_back_somebody_who_is_there_again_is_refused_in_words(manager, wave, council):
    remove_stakeholder(council, by=TESTER)
    add_stakeholder("Works Council", G.OTHERS, places=[wave], by=TESTER)
    db.session.commit()
    answer = manager.post(f"/stakeholders/{council.id}/return")
    assert answer.status_code == 422
    assert "Works council is on this map already." in text_of(answer)


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
