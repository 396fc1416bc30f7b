"""The directory as rows of a file, people found by what is typed, and how each of them is reached."""

import pytest
from factories import TESTER, make_department, make_person
from sqlalchemy import true

from engagement.attention.queries.holding import held_by
from engagement.errors import BadInput
from engagement.people import actions, queries
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.listing.queries import directory_rows
from engagement.people.rules import TrainingRole


def test_rows_of_a_file_follow_the_list_with_roles_and_managers(app):
    boss = make_person("Ida Boss", "ida@example.com", None, ())
    make_person(
        "Ann Aller", "ann@example.com", "Finance", (TrainingRole.USER, TrainingRole.BUILDER), manager_id=boss.id
    )
    rows = directory_rows(queries.people_listed(true()))
    assert [(r.email, r.department, r.manager_email, r.training_role) for r in rows] == [
        ("ann@example.com", "Finance", "ida@example.com", "builder;user"),
        ("ida@example.com", None, None, ""),
    ]


def test_people_are_found_by_address_in_any_case_or_by_number(app):
    ann = make_person("Ann Aller", "ann@example.com", employee_id="E1")
    gone = make_person("Bob Gone", "bob@example.com", employee_id="E2")
    actions.mark_as_left(gone, by=TESTER)
    found = queries.ids_by_reference([" ANN@example.com", "E1", "E2", "bob@example.com", "nobody"])
    assert found == {" ANN@example.com": ann.id, "E1": ann.id}
    assert queries.references_of([ann.id, gone.id]) == {ann.id: "ann@example.com", gone.id: "bob@example.com"}


def test_details_of_delivery_are_kept_and_given_back_to_the_defaults(app):
    person = make_person()
    change_delivery_details(
        person, timezone="Asia/Tokyo", language="ja", works_from="08:00", works_until="16:30", by=TESTER
    )
    assert (person.timezone, person.language, person.works_from, person.works_until) == (
        "Asia/Tokyo",
        "ja",
        "08:00",
        "16:30",
    )
    change_delivery_details(person, by=TESTER)
    assert (person.timezone, person.language, person.works_from, person.works_until) == (None, None, None, None)
    with pytest.raises(BadInput) as refused:
        change_delivery_details(person, timezone="Moon", language="?", works_from="25:00", by=TESTER)
    assert set(refused.value.problems) == {"timezone", "language", "works_until"}


def test_what_a_leaver_headed_is_listed(app):
    person = make_person()
    finance = make_department("Finance")
    actions.name_department_manager(finance, person, by=TESTER)
    assert [(thing.what, thing.as_what) for thing in held_by(person)] == [("Finance", "Manager")]
