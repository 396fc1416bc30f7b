"""The export of people, imported unchanged, changes nobody: with leavers in it or without, as CSV and as a workbook."""

from datetime import date
from io import BytesIO

import pytest
from factories import TESTER, make_change_manager, make_department, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement.accounts.addresses.actions import correct_person
from engagement.audiences.actions import give_role_by_rule, save_audience
from engagement.db import db
from engagement.intake.models import ImportRun
from engagement.people.actions import mark_as_left, merge_department, rename_department
from engagement.people.by_hand.actions import add_by_hand, change_delivery_details
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.privacy.actions.erasing import erase_person

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def directory(app: Flask, frozen: object) -> None:
    """People of every kind that lists know."""
    boss = make_person("Ida de la Boss", "ida@example.com", "Operations", employee_id="00012")
    gone = make_person("Gil Gone", "gil@example.com", "Operations", employee_id="0001234567890123456", manager=boss)
    erased = make_person("Erna Erased", "erna@example.com", "Operations", employee_id="7")
    claims = make_department("Operations/=Claims & more")
    for number, name in enumerate(
        ("Same Name", "Same Name", "Madonna", "Jan  van den Berg", "'t Hooft", "'=1+1 Bo", "+Zed Q")
    ):
        make_person(
            name.replace("  ", " "),
            f"p{number}@example.com",
            claims,
            employee_id=f"{number:08}",
            manager=(boss, gone, erased)[number % 3],
            start_on=date(2020, 2, 29),
            end_on=date(2027, 1, 3),
            country="GB",
            language="pt-BR",
            timezone="Europe/Warsaw",
            location="St. John’s, -12",
            job_title='\'+1 Team/Lead; "acting"',
        )
    make_person("No Number", "none@example.com", None, roles=())
    make_person(
        "Dr. Amara Abbott", "amara@bücher.example", None, first_name="Amara", last_name="Abbott", employee_id="1E05"
    )
    corrected = make_person("Cora Corrected", "cora@example.com", "Finance", employee_id="31")
    values = {"name": "Cora Right", "email": "right@example.com", "manager_id": gone.id, "department_id": claims.id}
    correct_person(corrected, values, by=TESTER)
    change_delivery_details(corrected, timezone="Asia/Tokyo", language="ja", by=TESTER)
    add_by_hand("Outside Person", "outside@example.com", by=TESTER, manager_id=corrected.id)
    give_role_by_rule(TrainingRole.BUILDER, save_audience("All", {"field": "everybody"}, by=TESTER), by=TESTER)
    rename_department(make_department("Finance"), "Money", by=TESTER)
    former = make_department("Former")
    make_person("Merged Person", "merged@example.com", former, employee_id="32")
    merge_department(former, claims, by=TESTER)
    make_person("Left Long", "p1@example.org", claims, employee_id="33", manager=boss)
    without = make_person("Left Without", "again@example.com", claims)
    for person in (gone, without, db.session.query(Person).filter_by(employee_id="33").one()):
        mark_as_left(person, by=TESTER)
    make_person("Again Person", "again@example.com", claims, employee_id="34")
    erase_person(erased, by=TESTER)
    db.session.commit()


def everybody() -> dict[int, dict[str, object]]:
    db.session.expire_all()
    columns = [c.key for c in Person.__table__.columns]
    return {row.id: {name: getattr(row, name) for name in columns} for row in db.session.scalars(select(Person))}


def roles() -> set[tuple[object, ...]]:
    found = db.session.execute(select(PersonRole.person_id, PersonRole.role, PersonRole.origin))
    return {tuple(row) for row in found}


def give(browser: FlaskClient, data: bytes, kind: str, full: str = "full") -> ImportRun:
    upload = {"file": (BytesIO(data), f"people.{kind}"), "full": full}
    answer = browser.post("/people/import", data=upload, content_type="multipart/form-data")
    assert answer.status_code in (303, 422)
    db.session.rollback()
    return db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("asked", ["", "?left=yes", "?order=-department"])
@pytest.mark.usefixtures("directory")
def test_the_export_given_back_changes_nobody(app: Flask, kind: str, asked: str) -> None:
    browser = signed_in(app, make_change_manager())
    before, held = everybody(), roles()
    run = give(browser, browser.get(f"/people.{kind}{asked}").data, kind)
    kinds = ("new", "changed", "moved", "returned", "left")
    assert {kind: run.counts[kind] for kind in kinds} == dict.fromkeys(kinds, 0), run.problems
    assert (run.counts["bad_rows"], run.is_blocked) == (0, False)
    browser.post(f"/people/import/{run.id}/application")
    assert (everybody(), roles()) == (before, held)


HEADER = "employee_id,email,name,left_on\n"


def tally(run: ImportRun) -> dict[str, int]:
    kinds = ("new", "changed", "moved", "returned", "left", "unchanged")
    return {kind: run.counts[kind] for kind in kinds if run.counts[kind]}


def test_a_row_of_somebody_who_left_brings_nobody_back_and_lets_go_who_is_still_here(app: Flask) -> None:
    make_person("Ann Here", "ann@example.com", employee_id="1")
    ben = make_person("Ben Gone", "ben@example.com", employee_id="2")
    make_person("Cy Stays", "cy@example.com", employee_id="3")
    mark_as_left(ben, by=TESTER)
    db.session.commit()
    browser = signed_in(app, make_change_manager())
    rows = (
        "1,ann@example.com,Ann Here,2026-04-14\n"  # today, so she is gone with this file
        "2,ben@example.com,Ben Gone,2026-04-01\n"
        "3,cy@example.com,Cy Stays,2026-04-15\n"  # tomorrow, so he is here
        "4,,,2020-01-01\n"  # somebody whom nobody knows here; what else is wrong with the row is of no account
    )
    run = give(browser, (HEADER + rows).encode(), "csv")
    assert (tally(run), run.is_blocked) == ({"left": 1, "unchanged": 1}, False)
    assert [problem["sentence"] for problem in run.problems] == [
        "3 rows are about people who left, as “left_on” says. They bring nobody back and change nobody."
    ]
    part = give(browser, (HEADER + rows).encode(), "csv", full="partial")
    assert tally(part) == {"unchanged": 1}


def test_a_day_of_leaving_that_is_no_day_stops_the_file(app: Flask) -> None:
    make_person("Ann Here", "ann@example.com", employee_id="1")
    run = give(signed_in(app, make_change_manager()), (HEADER + "1,a@example.com,Ann,gone\n").encode(), "csv")
    assert ([problem["kind"] for problem in run.problems], run.is_blocked) == (["bad_date"], True)


def test_one_row_of_a_leaver_is_told_beside_what_stays(app: Flask) -> None:
    make_person("Ann Here", "ann@example.com", employee_id="1")
    rows = "1,ann@example.com,Ann Here,\n2,ben@example.com,Ben Gone,2026-04-01\n"
    browser = signed_in(app, make_change_manager())
    run = give(browser, (HEADER + rows).encode(), "csv")
    page = browser.get(f"/people/import/{run.id}?show=kept").get_data(as_text=True)
    assert "Left as it is here" in page
    assert "One row is about somebody who left, as “left_on” says. It brings nobody back and changes nobody." in page
