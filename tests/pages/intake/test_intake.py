"""The pages of imports, as an administrator, a change manager and somebody who may not."""

import re

import pytest
from factories import make_account, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, CY, DEE, csv_of
from pages.intake.given_files import give, headcount, page
from sqlalchemy import func, select

from engagement.accounts.rules import Role
from engagement.audit import Actor
from engagement.db import db
from engagement.intake.models import ImportRun, KeptUpload, StagedPerson
from engagement.people.actions import make_department, merge_department
from engagement.people.models import Person


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


def test_our_own_file_given_back_changes_nothing(ines: FlaskClient) -> None:
    odd = "5,eve@example.com,=cmd(),+Zed,-Special/@Unit,,user"
    ines.post(give(ines, csv_of(ADA, BEN, odd)).headers["Location"] + "/application")
    own = ines.get("/people.csv").data
    assert b"'=cmd(),'+Zed" in own
    assert "The directory says all this already." in page(ines, give(ines, own).headers["Location"])
