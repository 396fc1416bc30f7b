"""The pages of imports, as an administrator, a change manager and somebody who may not."""

import io
import re
from typing import Any

import pytest
from factories import make_account, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, CY, DEE, HEADER, csv_of
from intake.hr_files import DEFECTS, make_hr_file
from sqlalchemy import func, select

from engagement.accounts.rules import Role
from engagement.audit import Actor
from engagement.db import db
from engagement.intake.models import ImportRun, KeptUpload, StagedPerson
from engagement.intake.queries import saved_mappings
from engagement.pages.intake import runs
from engagement.people.actions import add_person, make_department, merge_department
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.models import Person
from tests.conftest import Statements


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


def give(client: FlaskClient, data: bytes, filename: str = "people.csv", **more: str) -> Any:
    form = {"full": "full", "file": (io.BytesIO(data), filename), **more}
    return client.post("/people/import", data=form, content_type="multipart/form-data")


def headcount() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def page(client: FlaskClient, url: str) -> str:
    return client.get(url).get_data(as_text=True)


def test_import_is_for_change_managers_and_administrators(app: Flask, ines: FlaskClient) -> None:
    administrator = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    auditor = signed_in(app, make_account("audit@example.com", "Aud It", Role.AUDITOR))
    run = give(ines, csv_of(ADA)).headers["Location"]
    for url in ("/people/import", "/people/import/runs", run):
        assert [reader.get(url).status_code for reader in (ines, administrator, auditor)] == [200, 200, 403]
    assert give(auditor, csv_of(ADA)).status_code == 403
    for verb in ("application", "discarding", "undoing", "leaving-out"):
        assert auditor.post(f"{run}/{verb}").status_code == 403
    assert app.test_client().get("/people/import").status_code == 302
    assert headcount() == 0


def test_a_file_is_previewed_applied_and_undone(ines: FlaskClient) -> None:
    answer = give(ines, csv_of(ADA, BEN, CY, DEE))
    url = answer.headers["Location"]
    preview = page(ines, url)
    assert answer.status_code == 303
    assert "Nothing has changed yet. This is what would." in preview
    assert "Change 4 people" in preview
    assert re.findall(r"<b>([\d,]+)</b> (\w+)", preview)[:1] == [("4", "new")]
    assert headcount() == 0
    assert ines.post(f"{url}/application").status_code == 303
    after = page(ines, url)
    assert "4 people changed" in after
    assert headcount() == 4
    assert "Operations/Claims" in page(ines, f"{url}?show=departments")
    assert ines.post(f"{url}/undoing").status_code == 303
    assert "Undone" in page(ines, url)
    assert db.session.scalar(select(func.count()).select_from(Person).where(Person.left_at.is_(None))) == 0
    assert "people.csv" in page(ines, "/people/import/runs")


def test_undoing_says_where_people_of_a_merged_department_come(ines: FlaskClient) -> None:
    ines.post(give(ines, csv_of(ADA, BEN, DEE)).headers["Location"] + "/application")
    url = give(ines, csv_of(DEE.replace("Finance", "Sales")), full="partial").headers["Location"]
    ines.post(f"{url}/application")
    assert "has been merged" not in page(ines, url)
    old, new = (make_department(path, by=Actor(None, "Olu Ade")) for path in ("Finance", "Sales"))
    merge_department(old, new, by=Actor(None, "Olu Ade"))
    says = "Finance has been merged into Sales since."
    assert f"{says} Undoing this import puts whoever came from there into Sales." in page(ines, url)
    ines.post(f"{url}/undoing")
    assert f"{says} Whoever came from there is in Sales." in page(ines, url)


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
    assert "Ben: the language stays “ja”, given by hand" in page(ines, f"{url}?show=by-hand")
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


def test_a_run_says_what_those_who_left_with_it_still_hold(ines: FlaskClient) -> None:
    first = give(ines, csv_of(ADA, BEN, CY, DEE)).headers["Location"]
    ines.post(f"{first}/application")
    dee = db.session.scalars(select(Person).where(Person.name == "Dee Ploy")).one()
    make_wave(lead=dee)
    url = give(ines, csv_of(ADA, BEN, CY)).headers["Location"]
    assert "still hold" not in page(ines, url)
    ines.post(f"{url}/application", data={"confirm_leavers": "y"})
    said = '<p>1 person who left with this file still holds 1 thing. <a href="/people/leavers">'
    assert [said in page(ines, one) for one in (url, first)] == [True, False]


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


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (csv_of(ADA) + b"\xff\xfe\x81\x8d", "encoding"),
        (csv_of("1,ada@example.com,Ada," + "x" * 131_073 + ",,,"), "131,072 characters"),
        (b"%PDF-1.7 people", "This is a PDF."),
        (b"PK\x03\x04 not a workbook at all", "damaged"),
        (csv_of('1,ada@example.com,"Ada,Lovelace,,,'), "quotation mark"),
    ],
)
def test_broken_files_are_answered_with_400_and_write_nothing(ines: FlaskClient, data: bytes, words: str) -> None:
    answer = give(ines, data)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert all(run.is_blocked for run in db.session.scalars(select(ImportRun)))
    assert headcount() == 0


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


def test_a_kept_file_is_for_its_owner(app: Flask, ines: FlaskClient) -> None:
    give(ines, csv_of(ADA), choose="y")
    upload = db.session.scalars(select(KeptUpload)).one()
    other = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    assert ines.get(f"/people/import/columns/{upload.id}").status_code == 200
    assert other.get(f"/people/import/columns/{upload.id}").status_code == 404


def test_a_file_larger_than_other_forms_is_taken(ines: FlaskClient) -> None:
    data = csv_of(ADA, *(f"{n},p{n}@example.com,P,{'n' * 90},,," for n in range(2, 20_000)))
    assert len(data) > 2 * 1024 * 1024
    assert "Done." in give(ines, data).get_data(as_text=True)


def test_dropping_a_file_leaves_nothing_staged(ines: FlaskClient) -> None:
    url = give(ines, csv_of(ADA)).headers["Location"]
    assert ines.post(f"{url}/discarding").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(StagedPerson)) == 0
    assert "This file was dropped." in page(ines, url)
    ines.post(f"{url}/application")
    assert headcount() == 0


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


def test_our_own_file_given_back_changes_nothing(ines: FlaskClient) -> None:
    odd = "5,eve@example.com,=cmd(),+Zed,-Special/@Unit,,user"
    ines.post(give(ines, csv_of(ADA, BEN, odd)).headers["Location"] + "/application")
    own = ines.get("/people.csv").data
    assert b"'=cmd(),'+Zed" in own
    assert "The directory says all this already." in page(ines, give(ines, own).headers["Location"])
