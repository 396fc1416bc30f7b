"""Moves that leave old training, decided together, and who may decide about them."""

import csv
import io
import re

import pytest
from factories import TESTER, make_department, make_person
from flask import Flask
from flask.testing import FlaskClient
from pages.training.moved import KEEP, WAIVE, as_person, as_role, leftover, names_listed, person, settle, text
from sqlalchemy import select

from engagement.accounts.actions import account_for_person, grant_role
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.training.rules import LeftoverDecision
from engagement.waves.models import Wave

pytestmark = pytest.mark.usefixtures("frozen")


def test_the_list_tells_moves_with_counts_and_people_one_by_one(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    page = text(client, "/training/leftovers")
    assert "2 choices are open. Where nobody decides within 14 days, the old training is let go." in page
    assert "Operations/Claims → Underwriting Wave 1: Claims, as user 2 5 May" in page
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]


def the_move(client: FlaskClient) -> dict[str, str]:
    page = client.get("/training/leftovers").get_data(as_text=True)
    return {name: re.findall(f'name="{name}" value="([^"]+)"', page)[0] for name in ("move", "newest")}


def test_everybody_of_a_move_is_decided_about_together(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    answer = client.post("/training/leftovers/decisions", data={**the_move(client), **WAIVE})
    assert answer.location == "/training/leftovers"
    page = text(client, "/training/leftovers")
    assert "Nobody’s old training waits for a decision" in page
    assert names_listed(client, "?state=waived") == ["Ana Lima", "Ben Ode"]
    client.post(f"/training/leftovers/{leftover('Ben Ode').id}/taking-back", data={"state": "waived"})
    assert names_listed(client) == ["Ben Ode"]


def test_who_came_after_the_page_was_opened_is_left_open(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    seen = the_move(client)
    cleo = make_person("Cleo Roy", department=make_department("Operations/Claims"))
    settle()
    cleo.department = make_department("Underwriting")
    settle()
    client.post("/training/leftovers/decisions", data={**seen, **KEEP})
    assert names_listed(client) == ["Cleo Roy"]


def test_a_move_that_is_decided_already_says_so(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    seen = the_move(client)
    client.post("/training/leftovers/decisions", data={**seen, **KEEP})
    answer = client.post("/training/leftovers/decisions", data={**seen, **WAIVE})
    assert "Nobody of this move waits for a decision any more." in answer.get_data(as_text=True)
    assert leftover("Ana Lima").decision is LeftoverDecision.KEEP


def test_the_head_of_the_department_where_they_work_now_decides_and_is_told(app: Flask, claims: Wave) -> None:
    hana = make_person("Hana Head", department=make_department("Underwriting"), roles=())
    make_department("Underwriting").manager = hana
    client = as_person(app, "Hana Head")
    assert "Old training of people who moved 2 choices are open." in text(client, "/me")
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]
    client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP)
    assert leftover("Ana Lima").decided_by == "Hana Head"


def test_the_head_of_the_department_that_they_left_does_not_decide(app: Flask, claims: Wave) -> None:
    hana = make_person("Hana Head", department=make_department("Operations/Claims"), roles=())
    make_department("Operations/Claims").manager = hana
    client = as_person(app, "Hana Head")
    assert names_listed(client) == []
    assert client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP).status_code == 404


@pytest.mark.parametrize(("wave_number", "names"), [(1, ["Ana Lima", "Ben Ode"]), (2, [])])
def test_who_trains_for_a_wave_decides_about_the_training_that_it_asked_for(
    app: Flask, claims: Wave, wave_number: int, names: list[str]
) -> None:
    wave = db.session.scalars(select(Wave).where(Wave.number == wave_number)).one()
    assert names_listed(as_role(app, Role.TRAINER, wave_id=wave.id)) == names


def test_an_auditor_reads_and_decides_nothing(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.AUDITOR)
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]
    page = client.get("/training/leftovers").get_data(as_text=True)
    assert "/decision" not in page
    assert client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP).status_code == 403


@pytest.mark.parametrize(("heads", "decisions"), [("Operations/Claims", 0), ("Underwriting", 4)])
def test_an_auditor_who_heads_a_department_decides_for_its_people_only(
    app: Flask, claims: Wave, heads: str, decisions: int
) -> None:
    make_department(heads).manager = make_person("Hana Head", department=None, roles=())
    grant_role(account_for_person(person("Hana Head")), Role.AUDITOR, by=TESTER)
    client = as_person(app, "Hana Head")
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]
    page = client.get("/training/leftovers").get_data(as_text=True)
    assert (len(re.findall(r"leftovers/\d+/decision", page)), page.count("leftovers/decisions")) == (
        decisions,
        decisions / 2,
    )


def test_the_file_has_the_rows_of_the_page(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    client.post(f"/training/leftovers/{leftover('Ben Ode').id}/decision", data=KEEP)
    rows = list(csv.DictReader(io.StringIO(client.get("/training/leftovers.csv").data.decode("utf-8-sig"))))
    assert [(r["Name"], r["From"], r["To"], r["Why"], r["Wave"], r["Role"], r["Decision"]) for r in rows] == [
        ("Ana Lima", "Operations/Claims", "Underwriting", "Moved", "Wave 1: Claims", "User", "")
    ]
    kept = client.get("/training/leftovers.csv?state=kept").data.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(kept))
    assert (row["Name"], row["Decision"], row["Decided by"]) == ("Ben Ode", "Kept", "Ines Okafor")
    assert client.get("/training/leftovers.xlsx").mimetype.endswith("sheet")
