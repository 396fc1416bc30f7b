"""What the preview of a file says and asks: changes, problems, columns, boxes to tick."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, CY, DEE, HEADER, csv_of
from intake.hr_files import DEFECTS, make_hr_file
from pages.intake.given_files import give, headcount, page
from sqlalchemy import select

from engagement.audit import Actor
from engagement.db import db
from engagement.intake.models import ImportRun, KeptUpload
from engagement.intake.queries import saved_mappings
from engagement.pages.intake import runs
from engagement.people.actions import add_person
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.models import Person
from tests.conftest import Statements


def test_the_same_file_again_offers_nothing_to_apply(ines: FlaskClient) -> None:
    ines.post(give(ines, csv_of(ADA, BEN)).headers["Location"] + "/application")
    again = page(ines, give(ines, csv_of(ADA, BEN)).headers["Location"])
    assert "The directory says all this already." in again
    assert "/application" not in again


def test_changes_are_listed_with_old_and_new(ines: FlaskClient) -> None:
    ines.post(give(ines, csv_of(ADA, BEN)).headers["Location"] + "/application")
    moved = page(ines, give(ines, csv_of(ADA, BEN.replace("Operations/Claims", "Finance"))).headers["Location"])
    assert '<span class="was">Operations/Claims</span> → <span class="now">Finance</span>' in moved


def test_applying_something_else_than_was_seen_shows_it_first(ines: FlaskClient) -> None:
    header = "employee_id,email,name,language"
    rows = ("1,ada@example.com,Ada,en", "2,ben@example.com,Ben,en")
    ines.post(give(ines, csv_of(*rows, header=header)).headers["Location"] + "/application")
    url = give(ines, csv_of(rows[0].replace(",en", ",de"), rows[1], header=header), full="partial").headers["Location"]
    assert "Change 1 person" in page(ines, url)
    ben = db.session.scalars(select(Person).where(Person.employee_id == "2")).one()
    change_delivery_details(ben, language="ja", by=Actor(None, "Olu Ade"))
    answer = ines.post(f"{url}/application")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{url}?anew=1")
    shown = page(ines, f"{url}?anew=1")
    assert "The directory has changed since you looked." in shown
    assert "Change 1 person" in shown
    assert "Ben: the language stays “ja”, given by hand" in page(ines, f"{url}?show=kept")
    assert "The directory is up to date." not in shown
    languages = select(Person.language).order_by(Person.employee_id)
    assert db.session.scalars(languages).all() == ["en", "ja"]
    ines.post(f"{url}/application")
    after = page(ines, url)
    assert after.count("1 person changed") == 2
    db.session.rollback()
    assert db.session.scalars(languages).all() == ["de", "ja"]


def test_a_large_file_that_would_do_something_else_leads_to_its_new_preview(
    ines: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MANY", 0)
    url = give(ines, csv_of(ADA, BEN)).headers["Location"]
    add_person("Ada Lovelace", "ada@example.com", by=Actor(None, "Olu Ade"), employee_id="1")
    assert f'content="0; url={url}?anew=1"' in ines.post(f"{url}/application").get_data(as_text=True)
    assert "The directory has changed since you looked." in page(ines, f"{url}?anew=1")
    assert headcount() == 1


def test_many_leavers_need_the_box(ines: FlaskClient) -> None:
    ines.post(give(ines, csv_of(ADA, BEN, CY, DEE)).headers["Location"] + "/application")
    url = give(ines, csv_of(ADA, BEN, CY)).headers["Location"]
    assert "let 1 person leave" in page(ines, url)
    ines.post(f"{url}/application")
    assert "1 of 4 people is missing from this file, more than 10 %." in page(ines, url)
    ines.post(f"{url}/application", data={"confirm_leavers": "y"})
    left = db.session.scalars(select(Person.name).where(Person.left_at.is_not(None))).all()
    assert left == ["Dee Ploy"]
    assert "1 person changed. You can undo this import below." in page(ines, url)


def test_bad_rows_keep_the_file_out_until_they_are_left_out(ines: FlaskClient) -> None:
    answer = give(ines, csv_of(ADA, BEN.replace("ben@example.com", "ben at home")))
    assert answer.status_code == 422
    assert "1 row has errors, so nothing was imported. Line 3: “ben at home” is not an e-mail" in answer.get_data(
        as_text=True
    )
    url = f"/people/import/{db.session.scalars(select(ImportRun.id)).one()}"
    preview = page(ines, url)
    assert "Line 3: “ben at home” is not an e-mail address." in preview
    ines.post(f"{url}/application")
    assert headcount() == 0
    ines.post(f"{url}/leaving-out")
    ines.post(f"{url}/application")
    assert headcount() == 1


def test_each_kind_of_problem_can_be_opened(ines: FlaskClient) -> None:
    rows = (ADA, BEN.replace("2,ben@", "2,ada@"), CY.replace("ada@", "nobody@"), DEE.replace("Dee,", ","), "4,,Eva,,,,")
    give(ines, csv_of(*rows))
    url = f"/people/import/{db.session.scalars(select(ImportRun.id)).one()}"
    shown = page(ines, url)
    links = re.findall(r'show=(addresses|managers|problems)#list"[^>]*>([^<]+) \((\d+)\)', shown)
    assert links == [
        ("addresses", "Addresses and numbers of others", "2"),
        ("managers", "Managers who are not clear", "1"),
        ("problems", "Problems in single rows", "1"),
    ]
    for part, words, absent in (
        ("addresses", "ada@example.com", "nobody@example.com"),
        ("managers", "nobody@example.com", "ada@example.com"),
        ("problems", "e-mail address is missing", "nobody@example.com"),
    ):
        shown = page(ines, f"{url}?show={part}")
        assert (words in shown, absent in shown) == (True, False), part


def test_forty_defects_in_five_thousand_rows_are_counted_and_nothing_is_written(ines: FlaskClient) -> None:
    planted = [d for d in DEFECTS if d.line is not None and d.cells]
    data = make_hr_file(5_000, defects=_apart(planted))
    shown = give(ines, data).get_data(as_text=True)
    run = db.session.scalars(select(ImportRun)).one()
    url = f"/people/import/{run.id}"
    assert f'content="0; url={url}"' in shown
    assert run.counts["rows"] == 5_000
    assert run.counts["bad_rows"] + run.counts["new"] == 5_000
    assert run.counts["bad_rows"] == _lines_at_fault(data)
    assert run.is_blocked
    assert "rows have errors" in page(ines, url)
    assert headcount() == 0


def _apart(defects: list[Any]) -> list[Any]:
    """One defect a line: the first that claims it."""
    return list({defect.line: defect for defect in reversed(defects)}.values())


def _lines_at_fault(data: bytes) -> int:
    from intake.whole_files import read_file

    from engagement.intake.reading.rules.problems import lines_at_fault

    file = read_file(data, "people.csv")
    return len(lines_at_fault([*file.problems, *file.checked().problems]))


def test_unknown_columns_are_chosen_and_kept(ines: FlaskClient) -> None:
    data = csv_of("1,ada@example.com,Lovelace", header="Nr,Where,Who")
    answer = give(ines, data)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "There is no column for the e-mail address" in html
    assert "<td>ada@example.com</td>" in html
    upload = db.session.scalars(select(KeptUpload)).one()
    url = f"/people/import/columns/{upload.id}?full=full&skip_bad="
    choice = {f"column_{field}": "" for field in re.findall(r'name="column_(\w+)"', html)}
    chosen = choice | {"column_employee_id": "Nr", "column_email": "Where", "column_name": "Who", "name": "Old HR"}
    answer = ines.post(url, data=chosen)
    assert answer.status_code == 303
    assert "Change 1 person" in page(ines, answer.headers["Location"])
    assert saved_mappings()[0].columns == {"employee_id": "Nr", "email": "Where", "name": "Who"}
    assert db.session.scalars(select(KeptUpload)).all() == []
    again = give(ines, data).get_data(as_text=True)
    use = re.search(r'href="([^"]+)">Use Old HR', again)
    assert use is not None
    assert '<option selected value="Where">' in page(ines, use[1].replace("&amp;", "&"))


def test_columns_that_are_not_read_are_named_before_and_after(ines: FlaskClient) -> None:
    data = csv_of("1,ada@example.com,Ada Lovelace,user,4711", header="employee_id,email,name,roles,cost centre")
    address = give(ines, data).headers["Location"]
    preview = page(ines, address)
    assert "2 columns are not read" in preview
    assert "“roles”, “cost centre”" in preview
    assert ines.post(f"{address}/application").status_code == 303
    assert "“roles”, “cost centre”" in page(ines, address)
    all_read = give(ines, csv_of("1,ada@example.com,Ada Byron,user", header="employee_id,email,name,training_role"))
    assert "not read" not in page(ines, all_read.headers["Location"])


def test_a_preview_asks_as_many_queries_for_fifty_people_as_for_two(
    app: Flask, ines: FlaskClient, statements: Statements
) -> None:
    numbers = []
    for size in (2, 50):
        rows = [f"{n},p{n}@example.com,P,{n},Claims,p{max(n - 1, 1)}@example.com,user" for n in range(1, size + 1)]
        url = give(ines, csv_of(*rows, header=HEADER)).headers["Location"]
        with statements() as sent:
            page(ines, url)
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
