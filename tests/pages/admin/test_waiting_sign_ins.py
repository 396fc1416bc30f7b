"""Pages on which administrators confirm addresses and returns; what a change manager meets instead."""

import re

import pytest
from factories import PASSWORD, make_account, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, CY, csv_of
from pages.admin.waiting import applied, text_of
from pages.intake.given_files import give
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.people.models import Person

pytestmark = pytest.mark.usefixtures("frozen")
HIJACK = ADA.replace("ada@", "mallory@")


def account_id() -> int:
    return db.session.scalars(select(Account.id).where(Account.name == "Ada Lovelace")).one()


def test_a_change_manager_does_not_become_an_administrator_by_a_file(app: Flask, ines: FlaskClient, ada: FlaskClient):
    preview = applied(ines, HIJACK, BEN)
    assert "Sign-ins with a role, a post or a password (1)" in preview
    assert "goes on signing in with ada@example.com until an administrator confirms mallory@example.com" in preview
    app.test_client().post("/login/link", data={"email": "mallory@example.com"})
    letters = {
        subject: address
        for address, subject in db.session.execute(
            select(Delivery.address, db.text("mailing.subject")).join(Delivery.mailing)
        )
    }
    assert letters == {
        "Your sign-in to Engagement stays as it is": "ada@example.com",
        "This address waits to be confirmed": "mallory@example.com",
    }
    thief = app.test_client().post("/login", data={"email": "mallory@example.com", "password": PASSWORD})
    assert thief.status_code == 422
    assert ada.get("/admin/sign-ins").status_code == 200
    assert (
        ines.post(f"/admin/sign-ins/{account_id()}/address", data={"address": "mallory@example.com"}).status_code == 403
    )
    assert ines.get("/admin/sign-ins/waiting").status_code == 403


def test_an_administrator_finds_and_confirms_an_address(app: Flask, ines: FlaskClient, ada: FlaskClient):
    applied(ines, HIJACK, BEN)
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR, Role.CHANGE_MANAGER))
    assert (
        "Sign-ins that wait for you 1 Ada Lovelace Signs in with ada@example.com; the directory has mallory"
        in text_of(root, "/")
    )
    assert "1 sign-in waits for you" in text_of(ada, "/admin")
    assert "1 sign-in waits for you" in text_of(root, "/admin/sign-ins")
    shown = text_of(root, "/admin/sign-ins/waiting")
    assert "Ada Lovelace Administrator ada@example.com mallory@example.com" in shown
    path = f"/admin/sign-ins/{account_id()}/address"
    assert root.post(path, data={"address": "other@example.com"}).status_code == 422
    assert root.post(path, data={}).status_code == 422
    assert root.post(path, data={"address": "mallory@example.com"}).status_code == 303
    assert ada.get("/me").location.startswith("/login")
    assert "Nothing waits" in text_of(root, "/admin/sign-ins/waiting")
    assert "sign-ins wait" not in text_of(root, "/")
    assert app.test_client().post("/login", data={"email": "mallory@example.com", "password": PASSWORD}).location == "/"


@pytest.mark.parametrize(("step", "lets_in"), [("reactivation", True), ("deactivation", False)])
def test_who_came_back_is_let_in_or_not(app: Flask, ines: FlaskClient, ada: FlaskClient, step: str, lets_in: bool):
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    assert "Ada Lovelace (administrator) is missing from the file: their sign-in ada@example.com ends." in applied(
        ines, BEN
    )
    assert "stays ended until an administrator lets them in" in applied(ines, ADA, BEN)
    assert ada.get("/me").location.startswith("/login")
    shown = text_of(root, "/admin/sign-ins/waiting")
    assert "Ada Lovelace Administrator ada@example.com (ended) ada@example.com Back since" in shown
    assert root.post(f"/admin/sign-ins/{account_id()}/{step}").status_code == 303
    assert "Nothing waits" in text_of(root, "/admin/sign-ins/waiting")
    answer = app.test_client().post("/login", data={"email": "ada@example.com", "password": PASSWORD})
    assert (answer.location == "/") is lets_in


def test_a_sign_in_outside_the_directory_gets_the_name_of_the_file(app: Flask, ines: FlaskClient):
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    ruth = "9,root@example.com,Ruth Maria,Rootsworth,Finance,,"
    assert "is the sign-in of Ruth Root" in give(ines, csv_of(ruth)).get_data(as_text=True)
    number = db.session.scalars(select(Account.id).where(Account.name == "Ruth Root")).one()
    assert "Not in the directory" in text_of(root, "/admin/sign-ins")
    assert root.post(f"/admin/sign-ins/{number}/name", data={"name": " "}).status_code == 422
    assert root.post(f"/admin/sign-ins/{number}/name", data={"name": "Ruth Maria Rootsworth"}).status_code == 303
    applied(ines, ruth)
    assert db.session.scalars(select(AuditEntry.changes).where(AuditEntry.verb == "renamed sign-in")).one() == {
        "name": ["Ruth Root", "Ruth Maria Rootsworth"]
    }


def test_a_change_of_mail_domain_is_confirmed_with_one_button(app: Flask, ines: FlaskClient):
    rows = [row.replace("@example.com", "@example.org") for row in (ADA, BEN, CY)]
    applied(ines, ADA, BEN, CY)
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    names = ("Ada Lovelace", "Ben Bitdiddle", "Cy Fect")
    ids = [make_account(f"{name.split()[0].lower()}@example.com", name).id for name in names]
    applied(ines, *rows)
    page = root.get("/admin/sign-ins/waiting").get_data(as_text=True)
    ticks = re.findall(r'name="chosen" value="([^"]+)"', page)
    assert ticks == [f"{number} {name.split()[0].lower()}@example.org" for number, name in zip(ids, names, strict=True)]
    several = "/admin/sign-ins/addresses"
    assert ines.post(several, data={"chosen": ticks}).status_code == 403
    for nothing in ([], ["x y"], ["²"], ["99999999999 ada@example.org"]):
        refused = root.post(several, data={"chosen": nothing})
        assert (refused.status_code, "Nobody was ticked." in refused.get_data(as_text=True)) == (422, True)
    # An address that was not shown is confirmed for nobody, and then none is.
    stale = root.post(several, data={"chosen": [ticks[1], f"{ids[0]} other@example.org"]})
    assert stale.status_code == 422
    db.session.rollback()
    assert db.session.scalars(select(Account.email).where(Account.id == ids[1])).one() == "ben@example.com"
    assert root.post(several, data={"chosen": ticks[:2]}).status_code == 303
    shown = text_of(root, "/admin/sign-ins/waiting")
    assert "2 people sign in with their new address now." in shown
    assert "Cy Fect" in shown
    assert "Confirm the new addresses" not in shown
    assert "Ben Bitdiddle" not in shown
    told = db.session.scalars(select(AuditEntry.subject_name).where(AuditEntry.verb == "confirmed sign-in address"))
    assert sorted(told) == ["ada@example.org", "ben@example.org"]


def test_an_administrator_sees_what_hangs_on_a_sign_in_and_that_somebody_asked(
    app: Flask, ines: FlaskClient, ada: FlaskClient
):
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR, Role.CHANGE_MANAGER))
    lead = db.session.scalars(select(Person).where(Person.email == "ada@example.com")).one()
    wave = make_wave(lead=lead)
    applied(ines, ADA.replace("Lovelace", "King"), BEN)
    applied(ines, HIJACK.replace("Lovelace", "King"), BEN)
    shown = text_of(root, "/admin/sign-ins/waiting")
    assert "Ada King called Ada Lovelace until" in shown
    assert f"administrator everywhere; leads {wave.title}; has a password" in shown
    assert "A link was asked for" not in shown
    answers = [
        app.test_client().post("/login/link", data={"email": address})
        for address in ("mallory@example.com", "nobody@example.com", "ben@example.com")
    ]
    assert {(a.status_code, a.location, a.get_data()) for a in answers} == {
        (303, "/login/link-asked", answers[0].get_data())
    }
    to = db.session.scalars(
        select(Delivery.address).join(Delivery.mailing).where(db.text("subject = 'Your link to sign in'"))
    )
    assert to.all() == ["ben@example.com"]
    assert "A link was asked for" in text_of(root, "/admin/sign-ins/waiting")
    assert "Somebody asked for a link there; none was sent." in text_of(root, "/")


def test_two_who_swapped_addresses_are_confirmed_together(app: Flask, ines: FlaskClient):
    applied(ines, ADA, BEN)
    for email, name in (("ada@example.com", "Ada Lovelace"), ("ben@example.com", "Ben Okri")):
        make_account(email, name, Role.ADMINISTRATOR)
    root = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    people = {
        p.email: p
        for p in db.session.scalars(select(Person).where(Person.email.in_(["ada@example.com", "ben@example.com"])))
    }
    ada, ben = people["ada@example.com"], people["ben@example.com"]
    ada.email = "moving@example.com"
    db.session.flush()
    ben.email = "ada@example.com"
    db.session.flush()
    ada.email = "ben@example.com"
    db.session.commit()
    ids = {p: db.session.scalars(select(Account.id).where(Account.person_id == p.id)).one() for p in (ada, ben)}
    alone = root.post(f"/admin/sign-ins/{ids[ada]}/address", data={"address": "ben@example.com"})
    assert (alone.status_code, "tick both and confirm them together" in alone.get_data(as_text=True)) == (422, True)
    ticks = [f"{ids[ada]} ben@example.com", f"{ids[ben]} ada@example.com"]
    assert root.post("/admin/sign-ins/addresses", data={"chosen": ticks}).status_code == 303
    kept = {
        row.person_id: row.email for row in db.session.scalars(select(Account).where(Account.person_id.is_not(None)))
    }
    assert (kept[ada.id], kept[ben.id]) == ("ben@example.com", "ada@example.com")
