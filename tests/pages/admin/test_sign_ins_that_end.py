"""Pages that say before what hangs on a sign-in and which ones end: leaving, undoing, merging, giving a role."""

import pytest
from factories import PASSWORD, make_account, make_department, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN
from pages.admin.waiting import applied, text_of
from sqlalchemy import select

from engagement.accounts.actions import (
    account_for_person,
    deactivate,
    end_with_leaving,
    grant_role,
    return_with_sign_in,
    set_password,
)
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.intake.models import ImportRun
from engagement.people.models import Person

pytestmark = pytest.mark.usefixtures("frozen")


def test_a_merge_that_lets_a_role_reach_more_people_is_for_administrators(
    app: Flask, ines: FlaskClient, ada: FlaskClient
):
    claims, finance = make_department("Operations/Claims"), make_department("Finance")
    auditor = make_account("aud@example.com", "Aud It", Role.AUDITOR, department_id=finance.id)
    make_person("Tom Claims", "tom@example.com", claims)
    merge = {"into": str(finance.id)}
    refused = ines.post(f"/departments/{claims.id}/merging", data=merge).get_data(as_text=True)
    assert "Aud It, who is auditor there, would then reach the people of Operations/Claims too." in refused
    tom = f"/people/{db.session.scalar(db.text('SELECT id FROM person WHERE email = ' + repr('tom@example.com')))}"
    assert signed_in(app, auditor).get(tom).status_code == 404
    # A role for the department itself would move along, and neither reach more people nor be lost by it.
    refused = ines.post(f"/departments/{finance.id}/merging", data={"into": str(claims.id)}).get_data(as_text=True)
    assert "Aud It, who is auditor there, would then reach the people of Operations/Claims too." in refused
    # Where nobody gains by it a change manager goes on merging.
    into_sales = {"into": str(make_department("Sales").id)}
    assert ines.post(f"/departments/{claims.id}/merging", data=into_sales).status_code == 303
    assert "1 role of Aud It (auditor) will hold for the other department" in text_of(ada, f"/departments/{finance.id}")
    assert ada.post(f"/departments/{finance.id}/merging", data=into_sales).status_code == 303
    assert "0 people work in Sales now. 1 role of Aud It (auditor) moved along." in text_of(ada, "/people")
    assert signed_in(app, auditor).get(tom).status_code == 200
    assert "Auditor, in Sales" in text_of(ada, "/admin/sign-ins")


def test_a_role_that_reaches_both_already_does_not_stand_against_merging(app: Flask, ines: FlaskClient):
    claims, motor = make_department("Operations/Claims"), make_department("Operations/Motor")
    account = make_account("aud@example.com", "Aud It")
    grant_role(account, Role.AUDITOR, by=account.actor, department_id=make_department("Operations").id)
    assert ines.post(f"/departments/{claims.id}/merging", data={"into": str(motor.id)}).status_code == 303


@pytest.mark.parametrize("way", ["deactivated", "back", "password", "link"])
def test_giving_a_role_says_how_its_holder_signs_in(app: Flask, ines: FlaskClient, way: str):
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    applied(ines, ADA, BEN)
    ben = db.session.scalars(select(Person).where(Person.email == "ben@example.com")).one()
    account = account_for_person(ben)
    if way != "link":
        set_password(account, PASSWORD, by=account.actor)
    if way == "deactivated":
        deactivate(account, by=account.actor)
    if way == "back":
        end_with_leaving(ben, by=account.actor)
        return_with_sign_in(ben, by=account.actor)
    assert (
        root.post("/admin/sign-ins/new", data={"email": "ben@example.com", "role": "auditor", "scope": ""}).status_code
        == 303
    )
    said = {
        "deactivated": "Their sign-in ben@example.com is deactivated: let them sign in again before they can use it.",
        "back": "Their sign-in ben@example.com waits for you since they came back: let them in before they can use it.",
        "password": "They sign in with ben@example.com, by their password or a link.",
        "link": "They sign in with ben@example.com, by a link; no password is needed.",
    }
    assert said[way] in text_of(root, "/admin/sign-ins")


def test_leaving_and_undoing_say_before_that_a_sign_in_with_rights_ends(
    app: Flask, ines: FlaskClient, ada: FlaskClient
):
    signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    applied(ines, ADA, BEN)
    number = db.session.scalars(select(Person.id).where(Person.email == "ada@example.com")).one()
    ends = "Their sign-in ada@example.com ends (administrator everywhere, has a password); after a return it waits"
    assert ends in text_of(ines, f"/people/{number}")
    assert "Their sign-in" not in text_of(ines, f"/people/{number + 1}")
    assert ines.post(f"/people/{number}/leaving").status_code == 303
    assert ends in text_of(ines, f"/people/{number}")
    run = db.session.scalars(select(ImportRun.id).order_by(ImportRun.id)).first()
    assert "Undoing it touches" not in text_of(ines, f"/people/import/{run}")


def test_undoing_an_import_names_the_sign_ins_that_it_ends(app: Flask, ines: FlaskClient, ada: FlaskClient):
    signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    run = f"/people/import/{db.session.scalars(select(ImportRun.id)).one()}"
    ends = "Ada Lovelace (administrator) counts as having left: their sign-in ada@example.com ends."
    before = text_of(ines, run)
    assert ("Undoing it touches 1 sign-in with a role" in before, before.count(ends)) == (True, 2)
    assert ines.post(f"{run}/undoing").status_code == 303
    after = text_of(ines, run)
    assert ends in after
    assert "Ada Lovelace (administrator): the sign-in ada@example.com has ended." in after
    assert ada.get("/me").location.startswith("/login")
