"""Pages of stakeholders: the list and its files, one of them, the form, and taking off the map."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from factories import TESTER, make_change_manager, make_person, signed_in
from pages.stakeholders.map_pages import G, form, rows_of, text_of
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from engagement.audiences.actions import save_audience
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.models import Stakeholder


def test_somebody_who_is_put_on_the_map_stands_on_the_waves_page_at_once(manager, wave):
    make_person("Ann Lead", "ann@example.com", job_title="Team lead")
    data = form(wave, person="ann@example.com", role="Speaks for the team.", owner="ann@example.com")
    answer = manager.post("/stakeholders/new", data=data)
    row = db.session.scalars(select(Stakeholder)).one()
    assert (answer.status_code, answer.location) == (303, f"/stakeholders/{row.id}")
    expected = ["Ann Lead Team lead", "End users", "Speaks for the team.", "Ann Lead"]
    assert rows_of(manager.get(f"/waves/{wave.id}")) == [expected]
    assert rows_of(manager.get("/stakeholders")) == [[*expected, "None logged", "Wave 3: Property claims"]]
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
    assert {column: value for column, value in rows[0].items() if value} == {
        "stakeholder_id": rows[0]["stakeholder_id"],
        "stakeholder": "Ann Lead",
        "kind": "Person",
        "address": "ann@example.com",
        "works_in": "Legal",
        "stakeholder_group": "Business leaders",
        "role_in_the_change": "'=1+1",
        "owner": "ann@example.com",
        "looked_after_by": "Ann Lead",
        "maps": "Claims and finance: all of it",
        "on_the_map_since": "2026-04-14",
    }
    book = CalamineWorkbook.from_filelike(BytesIO(manager.get("/stakeholders.xlsx?q=council").data))
    assert [row[1:4] for row in book.get_sheet_by_index(0).to_python()] == [
        ["stakeholder", "kind", "address"],
        ["Works council", "Outside the directory", ""],
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


def test_pages_of_the_list_go_through_all_groups_in_order(manager, wave):
    for number in range(57):
        add_stakeholder(f"Broker {number:02}", G.CUSTOMERS, places=[wave], by=TESTER)
    for number in range(48):
        add_stakeholder(f"Desk {number:02}", G.EXECUTIVE_SPONSORS, places=[wave], by=TESTER)
    add_stakeholder("Regulator", G.OTHERS, places=[wave], by=TESTER)
    db.session.commit()
    names = [
        row[0].removesuffix(" Outside the directory")
        for page in (1, 2, 3)
        for row in rows_of(manager.get(f"/stakeholders?page={page}"))
    ]
    desks, brokers = [f"Desk {n:02}" for n in range(48)], [f"Broker {n:02}" for n in range(57)]
    assert names == [*desks, *brokers, "Regulator"]
    assert rows_of(manager.get("/stakeholders?order=-group"))[0][0].startswith("Regulator")


def test_the_list_says_how_many_nobody_looks_after(manager, wave, council):
    ann = make_person("Ann Owner", "ann@example.com")
    assert "1 person or group whom the change depends on. Nobody looks after any of them." in text_of(
        manager.get("/stakeholders")
    )
    for name, owner in (("Brokers", ann), ("Letters", None)):
        add_stakeholder(name, G.OTHERS, places=[wave], owner=owner, by=TESTER)
    db.session.commit()
    assert "3 people and groups whom the change depends on. Nobody looks after two of them." in text_of(
        manager.get("/stakeholders")
    )
