"""People and departments are found however they are typed, and stand in a reader's order."""

import pytest
from factories import make_department, make_person, make_programme
from sqlalchemy import inspect, select

from engagement import audit
from engagement.audiences import queries as audiences
from engagement.audiences.actions import save_audience
from engagement.db import db
from engagement.people import actions, queries
from engagement.people.listing.queries import Listing, directory_rows
from engagement.people.models import Department, Person
from engagement.people.rules import path_key, person_keys
from engagement.programmes.queries import programmes

NAMES = [
    "Amara Abbott", "Niamh O’Brien", "Hans Ørsted", "Ewa Ślązak", "Amy Smith", "Jörgen Sörensen", "Pia van den Berg",
    "Aleksandra Wójcik", "Elif Yıldız", "Uwe Zimmer",
]  # fmt: skip


@pytest.fixture
def people(app):
    for number, name in enumerate(reversed(NAMES)):
        last = "van den Berg" if "Berg" in name else name.split(" ", 1)[1]
        make_person(name, f"p{number}@example.com", first_name=name.split()[0], last_name=last)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("o'brien", "Niamh O’Brien"), ("OʼBRIEN", "Niamh O’Brien"), ("wojcik", "Aleksandra Wójcik"), ("SLAZAK", "Ewa Ślązak"),
        ("jorgen", "Jörgen Sörensen"), ("joergen soerensen", "Jörgen Sörensen"), ("yildiz", "Elif Yıldız"),
        ("orsted", "Hans Ørsted"), ("Abbott, Amara", "Amara Abbott"), ("amara abbott", "Amara Abbott"), ("mara bott", "Amara Abbott"),
        ("berg, pia", "Pia van den Berg"),
    ],
)  # fmt: skip
def test_people_are_found_however_they_are_typed(people, typed, found):
    assert [person.name for person in queries.people_suggested(typed)] == [found]


def test_people_stand_in_a_readers_order(people):
    lines, total = Listing(queries.people_listed(queries.EVERYBODY)).page(50, 0)
    ordered = sorted(NAMES, key=NAMES.index)
    assert ([line.name for line in lines], total) == (ordered, len(NAMES))
    assert [row.last_name for row in directory_rows(queries.people_listed(queries.EVERYBODY))][-4:] == [
        "van den Berg",
        "Wójcik",
        "Yıldız",
        "Zimmer",
    ]


def test_what_somebody_is_found_by_follows_their_name(people):
    person = db.session.scalars(select(Person).where(Person.name == "Uwe Zimmer")).one()
    person.name, person.last_name, person.employee_id = "Uwe Ärmel", "Ärmel", "E-17"
    db.session.flush()
    assert [found.name for found in queries.people_suggested("armel e-17")] == ["Uwe Ärmel"]
    assert [found.name for found in db.session.scalars(queries.people_listed(queries.EVERYBODY))][:2] == [
        "Amara Abbott",
        "Uwe Ärmel",
    ]
    for row in db.session.scalars(select(Person)):
        named = (row.name, row.first_name, row.last_name, row.email, row.employee_id)
        assert {"searched_by": row.searched_by, "sorted_by": row.sorted_by} == person_keys(*named)


def test_departments_stand_in_a_readers_order_also_after_renaming(app):
    for path in ("Zentrale", "éire/Claims", "Éire and more", "Team 10", "Team 9", "Öffentlichkeit/A"):
        make_department(path)
    expected = [
        "éire",
        "éire/Claims",
        "Éire and more",
        "Öffentlichkeit",
        "Öffentlichkeit/A",
        "Team 9",
        "Team 10",
        "Zentrale",
    ]
    assert [row.path for row in queries.departments()] == expected
    assert [line.department.path for line in queries.department_tree()] == expected
    assert [row.path for row in queries.department_names()] == expected
    actions.rename_department(queries.department_by_path("éire"), "Ythan", by=audit.CLOCK)
    assert [row.path for row in queries.departments()][-3:] == ["Ythan", "Ythan/Claims", "Zentrale"]
    assert all(row.sorted_by == path_key(row.path) for row in db.session.scalars(select(Department)))


def test_short_lists_stand_in_a_readers_order(app):
    for name in ("Zebra", "éclair", "Apple pie", "Applebee"):
        make_programme(name)
        save_audience(name, {"field": "location", "values": ["London"]}, by=audit.CLOCK)
    expected = ["Apple pie", "Applebee", "éclair", "Zebra"]
    assert [programme.name for programme in programmes()] == expected
    assert [audience.name for audience in db.session.scalars(audiences.audiences_in_use())] == expected


def test_the_people_list_is_read_by_its_index(app):
    assert "ix_person_listed" in {index["name"] for index in inspect(db.engine).get_indexes("person")}
