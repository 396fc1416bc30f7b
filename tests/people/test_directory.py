"""The directory: the tree of departments, and people coming, leaving and coming back."""

import pytest
from factories import TESTER, make_department, make_person

from engagement.errors import BadInput, RuleBroken
from engagement.people import actions, queries


def test_a_department_is_made_with_those_above_it(app):
    department = make_department("Operations/Claims/Property")
    assert [d.path for d in queries.departments()] == ["Operations", "Operations/Claims", "Operations/Claims/Property"]
    assert department.lineage == f"{department.parent.lineage}{department.id}/"


def test_headcounts_include_everything_below(app):
    make_person("Ann Above", department="Operations")
    make_person("Bob Below", department="Operations/Claims")
    tree = queries.department_tree()
    assert [(line.department.path, line.own_headcount, line.headcount) for line in tree] == [
        ("Operations", 1, 2),
        ("Operations/Claims", 1, 1),
    ]


def test_renaming_a_department_takes_everything_below_along(app):
    make_department("Operations/Claims/Property")
    operations = queries.department_by_path("Operations")
    actions.rename_department(operations, "Service", by=TESTER)
    assert [d.path for d in queries.departments()] == ["Service", "Service/Claims", "Service/Claims/Property"]


def test_a_former_name_goes_on_meaning_the_department(app):
    claims = make_department("Operations/Claims")
    operations = queries.department_by_path("Operations")
    actions.rename_department(operations, "Service", by=TESTER)
    assert actions.make_department("Operations", by=TESTER) is operations
    assert actions.make_department("Operations/Claims", by=TESTER) is claims
    new = actions.make_department("Operations/Letters/Inward", by=TESTER)
    assert (new.path, new.lineage) == (
        "Service/Letters/Inward",
        f"{operations.lineage}{new.parent_id}/{new.id}/",
    )
    with pytest.raises(RuleBroken, match="A department was called Operations before"):
        actions.rename_department(make_department("Post"), "Operations", by=TESTER)


def test_a_department_gets_its_former_name_back(app):
    claims = make_department("Operations/Claims")
    operations = queries.department_by_path("Operations")
    for name in ("Service", "Help", "Operations", "Service"):
        actions.rename_department(operations, name, by=TESTER)
    assert [d.path for d in queries.departments()] == ["Service", "Service/Claims"]
    for path in ("Operations/Claims", "Help/Claims", "Service/Claims"):
        assert actions.make_department(path, by=TESTER) is claims


def test_a_merged_department_keeps_its_row_and_gives_up_its_people(app):
    letters, claims = make_department("Letters"), make_department("Claims")
    person = make_person(department=letters)
    actions.merge_department(letters, claims, by=TESTER)
    assert person.department_id == claims.id
    assert letters.merged_into_id == claims.id
    assert [d.path for d in queries.departments()] == ["Claims"]


def test_a_department_with_others_below_is_not_merged(app):
    make_department("Operations/Claims")
    with pytest.raises(RuleBroken, match="departments below it"):
        actions.merge_department(queries.department_by_path("Operations"), make_department("Other"), by=TESTER)


def test_an_address_is_unique_among_those_who_are_here(app):
    first = make_person("Ann One", "ann@example.com")
    with pytest.raises(BadInput, match="Somebody else has the address"):
        make_person("Ann Two", "ann@example.com")
    actions.mark_as_left(first, by=TESTER)
    assert make_person("Ann Two", "ann@example.com").id != first.id
    with pytest.raises(RuleBroken, match="belongs to Ann Two now"):
        actions.take_back(first, by=TESTER)


def test_search_folds_case_in_any_script(app):
    from sqlalchemy import true

    from engagement.db import db

    make_person("Łukasz ŻÓŁW", "lukasz@example.com")
    found = db.session.scalars(queries.people_listed(true(), words="żółw")).all()
    assert [p.name for p in found] == ["Łukasz ŻÓŁW"]
