"""Managers and departments in files: who reports to whom, circles, merged and renamed departments, heads."""

import pytest
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, EVERYBODY, INES, bring_in, count, csv_of, person, stage, tally
from sqlalchemy import select

from engagement.audit import Actor
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.actions import runs as actions
from engagement.intake.reading.queries.files import open_file
from engagement.people import actions as people
from engagement.people.models import Department, Person


def test_managers_new_in_the_same_file_and_unknown_ones(app: Flask) -> None:
    run = bring_in(BEN.replace("ada@", "nobody@"), "8,eva@example.com,Eva,Lu,Finance,ben@example.com,")
    assert (person("2").manager, person("8").manager.name) == (None, "Ben Bitdiddle")
    assert run.counts["warnings"] == 1
    again = bring_in(BEN.replace("ada@", "nobody@"), "8,eva@example.com,Eva,Lu,Finance,ben@example.com,")
    assert tally(again) == {"unchanged": 2}


def test_the_warning_about_a_manager_who_left_says_that_there_will_be_none(app: Flask) -> None:
    """Ada’s team keeps her until a file names somebody else; Dee had nobody who reported to her."""
    bring_in(*EVERYBODY)
    for number in ("1", "4"):
        people.mark_as_left(person(number), by=INES)
    run = stage(BEN, CY.replace("ada@", "dee@"), full=False)
    assert [problem["sentence"] for problem in run.problems] == [
        "Line 3: The manager “dee@example.com” is neither in this file nor among the people who are here, "
        "so this person will have no manager."
    ]
    actions.apply_run(run, by=INES)
    assert (tally(run), person("2").manager, person("3").manager) == ({"changed": 1, "unchanged": 1}, person("1"), None)


def test_who_is_given_as_their_own_manager_has_none(app: Flask) -> None:
    run = bring_in(ADA.replace("Operations,,", "Operations,ada@example.com,"), BEN)
    assert (tally(run), person("1").manager) == ({"new": 2}, None)
    assert run.problems[0]["severity"] == "warning"
    assert tally(bring_in(ADA.replace("Operations,,", "Operations,ada@example.com,"), BEN)) == {"unchanged": 2}


def test_reporting_lines_in_a_circle_stop_the_file(app: Flask) -> None:
    run = stage(ADA.replace("Operations,,", "Operations,ben@example.com,"), BEN, CY, DEE)
    assert (run.count("bad_rows"), run.is_blocked) == (2, True)
    with pytest.raises(RuleBroken, match="2 rows have errors"):
        actions.apply_run(run, by=INES)
    assert count(Person) == 0


def test_a_circle_that_closes_outside_of_a_part_of_the_staff_stops_the_file(app: Flask) -> None:
    bring_in(ADA, BEN, CY.replace("ada@", "ben@"), DEE)
    closing = ADA.replace("Operations,,", "Operations,cy@example.com,")
    run = stage(closing, DEE, full=False)
    assert (run.count("bad_rows"), run.is_blocked) == (1, True)
    assert [problem["sentence"] for problem in run.problems] == [
        "Line 2: The reporting line runs in a circle: Ada Lovelace (line 2) reports to Cy Fect reports to Ben Bitdiddle "
        "reports to Ada Lovelace. Correct the manager of one of them."
    ]
    with pytest.raises(RuleBroken, match="One row has errors"):
        actions.apply_run(run, by=INES)
    skipping = bring_in(closing, DEE + "support", full=False, skip_bad=True)
    assert (tally(skipping), person("1").manager) == ({"changed": 1}, None)


def test_a_circle_through_somebody_new_is_found_and_one_in_the_directory_is_not_the_file_s(app: Flask) -> None:
    bring_in(ADA, BEN, CY)
    newcomer = "9,eve@example.com,Eve,Hall,Finance,ben@example.com,"
    run = stage(newcomer, ADA.replace("Operations,,", "Operations,eve@example.com,"), full=False, skip_bad=True)
    assert (run.count("bad_rows"), tally(run)) == (2, {})
    person("1").manager_id = person("2").id
    db.session.commit()
    assert tally(bring_in(newcomer, full=False)) == {"new": 1}


def test_a_circle_that_closes_between_preview_and_applying_stops_the_file(app: Flask) -> None:
    bring_in(ADA, BEN, CY.replace("ada@example.com", ""))
    run = stage(ADA.replace("Operations,,", "Operations,cy@example.com,"), full=False)
    assert not run.is_blocked
    file, other = open_file(csv_of(CY.replace("ada@", "ben@")), "people.csv"), Actor(None, "Olu Ade")
    actions.apply_run(actions.stage_file(file, full=False, skip_bad=False, by=other), by=other)
    assert actions.apply_run(run, by=INES).is_staged
    assert (run.is_blocked, len(run.problems), person("1").manager) == (True, 1, None)
    with pytest.raises(RuleBroken, match="One row has errors"):
        actions.apply_run(run, by=INES)


def test_a_department_of_eight_levels_is_made_with_its_parents(app: Flask) -> None:
    path = "/".join(f"Level {n}" for n in range(1, 9))
    bring_in(BEN.replace("Operations/Claims", path))
    rows = db.session.scalars(select(Department).order_by(Department.lineage)).all()
    assert [row.lineage.count("/") for row in rows] == list(range(2, 10))
    assert (rows[-1].path, person("2").department_id) == (path, rows[-1].id)


def test_a_merged_department_is_read_as_its_successor(app: Flask) -> None:
    bring_in(*EVERYBODY)
    old, new = (
        db.session.scalars(select(Department).where(Department.path == p)).one()
        for p in ("Operations/Claims", "Finance")
    )
    people.merge_department(old, new, by=INES)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}
    db.session.refresh(old)
    assert old.closed_at is not None


def test_a_renamed_department_is_known_by_its_former_name(app: Flask) -> None:
    bring_in(*EVERYBODY)
    operations = person("1").department
    people.rename_department(operations, "Service", by=INES)
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}
    run = bring_in(*EVERYBODY, "5,eva@example.com,Eva,Lu,Operations/Letters,,")
    assert (tally(run), person("5").department.path) == ({"new": 1, "unchanged": 4}, "Service/Letters")
    assert tally(bring_in(*EVERYBODY, "5,eva@example.com,Eva,Lu,Operations/Letters,,")) == {"unchanged": 5}
    assert tally(bring_in(ADA.replace("Operations", "Service"), BEN, CY, DEE, full=False)) == {"unchanged": 4}


def test_heads_of_departments_follow_from_who_reports_to_whom(app: Flask) -> None:
    team = [f"{n},p{n}@example.com,P,{n},Claims,{'lead' if n > 23 else 'head'}@example.com," for n in range(20, 30)]
    bring_in(
        ADA,
        "10,head@example.com,He,Ad,Claims,ada@example.com,",
        "11,lead@example.com,Le,Ad,Claims,head@example.com,",
        *team,
    )
    claims = db.session.scalars(select(Department).where(Department.path == "Claims")).one()
    assert claims.manager.name == "He Ad"
