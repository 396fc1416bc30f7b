"""Adding and correcting one person on pages, and giving a value back to the file."""

import re

import pytest
from factories import TESTER, make_change_manager, make_person, signed_in
from sqlalchemy import select

from engagement.db import db
from engagement.people.actions import mark_as_left
from engagement.people.by_hand.queries import said_by_hand
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Person


@pytest.fixture
def planner(app, frozen):
    return signed_in(app, make_change_manager())


def test_a_person_is_added_corrected_and_given_back(planner):
    boss = make_person("Ida Boss", "ida@example.com")
    db.session.commit()
    sent = {
        "first_name": "Eve",
        "last_name": "New",
        "email": "eve@example.com",
        "employee_id": "0077",
        "manager": "Ida Boss",
    }
    answer = planner.post("/people/new", data=sent)
    eve = db.session.scalars(select(Person).where(Person.employee_id == "0077")).one()
    assert (answer.status_code, answer.location, eve.name) == (303, f"/people/{eve.id}", "Eve New")
    assert eve.manager_id == boss.id
    page = planner.get(f"/people/{eve.id}").get_data(as_text=True)
    assert "Manager: by hand, since " in page
    assert ", by Ines Okafor" in page
    answer = planner.post(f"/people/{eve.id}/values", data=sent | {"job_title": "Clerk"})
    assert answer.status_code == 303
    assert "Job title: by hand" in planner.get(f"/people/{eve.id}").get_data(as_text=True)
    planner.post(f"/people/{eve.id}/values/job_title/giving-back")
    assert "Job title: by hand" not in planner.get(f"/people/{eve.id}").get_data(as_text=True)
    db.session.expire_all()
    assert eve.job_title == "Clerk"


def test_an_address_of_somebody_else_stands_above_the_field_with_what_was_typed(planner):
    make_person("Ida Boss", "ida@example.com")
    db.session.commit()
    answer = planner.post("/people/new", data={"first_name": "Eve", "email": "ida@example.com"})
    assert answer.status_code == 422
    assert "Somebody else has this address." in answer.get_data(as_text=True)
    assert 'value="Eve"' in answer.get_data(as_text=True)


def test_how_they_are_reached_is_by_hand_too(planner):
    ann = make_person("Ann Abbott")
    db.session.commit()
    planner.post(f"/people/{ann.id}/delivery", data={"language": "pl", "timezone": ""})
    assert "Language: by hand" in planner.get(f"/people/{ann.id}").get_data(as_text=True)


def test_the_name_follows_a_corrected_last_name_unless_it_is_one_of_its_own(planner):
    ann, bo = make_person("Ann Abbot"), make_person("Dr. Bo Berg", first_name="Bo", last_name="Berg")
    db.session.commit()
    for person, name, now in ((ann, "", "Ann Abbott"), (bo, "Dr. Bo Berg", "Dr. Bo Berg")):
        page = planner.get(f"/people/{person.id}/values").get_data(as_text=True)
        sent = dict(re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', page))
        assert sent["name"] == name
        sent |= {"last_name": "Abbott", "department_id": str(person.department_id)}
        assert planner.post(f"/people/{person.id}/values", data=sent).status_code == 303
        db.session.expire_all()
        assert (person.name, person.last_name) == (now, "Abbott")


def test_a_manager_who_left_stays_when_something_else_is_corrected(planner):
    boss = make_person("Ida Boss", "ida@example.com")
    ann = make_person("Ann Abbott", manager=boss)
    mark_as_left(boss, by=TESTER)
    db.session.commit()
    page = planner.get(f"/people/{ann.id}/values").get_data(as_text=True)
    sent = dict(re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', page))
    sent |= {"department_id": str(ann.department_id), "job_title": "Clerk"}
    assert sent["manager"] == "ida@example.com"
    assert planner.post(f"/people/{ann.id}/values", data=sent).status_code == 303
    db.session.expire_all()
    assert (ann.job_title, ann.manager_id) == ("Clerk", boss.id)
    assert [row.field for row in said_by_hand(ann.id)] == [HandField.JOB_TITLE]
