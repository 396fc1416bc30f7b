"""Signing in and out through the pages: equal answers, one-time links, and cookies that open nothing any more."""

from factories import PASSWORD, TESTER, make_account, make_person, signed_in
from sqlalchemy import select

from engagement.accounts import actions
from engagement.accounts.links import rules as links
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.settings import Environment


def test_signing_in_leads_to_the_page_that_was_asked_for(app, client):
    make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    db.session.commit()
    asked = client.get("/programmes")
    assert asked.location == "/login?next=/programmes"
    answer = client.post("/login", data={"email": "ines@example.com", "password": PASSWORD, "next": "/programmes"})
    assert answer.location == "/programmes"
    assert "Ines Okafor" in client.get("/programmes").get_data(as_text=True)


def test_a_copied_cookie_opens_nothing_after_signing_out(app):
    account = make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER)
    client = signed_in(app, account)
    copied = client.get_cookie("engagement").value
    client.post("/logout")
    thief = app.test_client()
    thief.set_cookie("engagement", copied)
    assert thief.get("/programmes").location.startswith("/login")


def test_a_deactivated_account_is_out_at_once(app):
    make_account("admin@example.com", "Admin", Role.ADMINISTRATOR)
    account = make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER)
    client = signed_in(app, account)
    actions.deactivate(db.session.get(Account, account.id), by=TESTER)
    db.session.commit()
    assert client.get("/programmes").location.startswith("/login")


def test_asking_for_a_link_says_the_same_to_everybody(app, client):
    make_account("ines@example.com")
    make_person("Tomasz Wójcik", "tomasz@example.com")
    db.session.commit()
    answers = [
        client.post("/login/link", data={"email": email})
        for email in ("ines@example.com", "tomasz@example.com", "nobody@example.com")
    ]
    assert [(a.status_code, a.location) for a in answers] == [(303, "/login/link-asked")] * 3
    assert sorted(db.session.scalars(select(Delivery.address))) == ["ines@example.com", "tomasz@example.com"]
    assert set(db.session.scalars(select(Mailing.subject))) == {"Your link to sign in"}


def test_opening_a_link_uses_nothing_up_and_its_button_does(app, client):
    person = make_person()
    db.session.commit()
    token = links.sign_in_token(
        app.config["SECRET_KEY"], origin="message", nonce="1", leads_to="/me", person_id=person.id
    )
    for _ in range(2):
        assert "This link signs in Tomasz Wójcik" in client.get(f"/login/link/{token}").get_data(as_text=True)
    assert client.post(f"/login/link/{token}").location == "/me"
    again = app.test_client().get(f"/login/link/{token}")
    assert again.status_code == 410
    assert "used up" in again.get_data(as_text=True)


def test_the_setup_link_makes_one_administrator_and_then_nothing(app, client):
    token = links.setup_token(app.config["SECRET_KEY"], "1")
    form = {"name": "Ada First", "email": "ada@example.com", "password": "a few words in a row"}
    assert client.post(f"/setup/{token}", data=form).location == "/"
    account = db.session.scalar(select(Account))
    assert account.name == "Ada First"
    assert app.test_client().post(f"/setup/{token}", data=form).status_code == 410


def test_the_appearance_is_kept_and_goes_back_to_the_page(client):
    answer = client.post("/appearance", data={"theme": "dark"}, headers={"Referer": "http://localhost/login"})
    assert answer.location == "/login"
    assert 'data-bs-theme="dark"' in client.get("/login").get_data(as_text=True)


def test_a_new_password_ends_every_other_session_and_keeps_this_one(app):
    account = make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER)
    here, elsewhere = signed_in(app, account), signed_in(app, account)
    wrong = here.post("/me/password", data={"present": "not this one", "password": "five more plain words here"})
    assert "That is not your present password." in wrong.get_data(as_text=True)
    changed = here.post("/me/password", data={"present": PASSWORD, "password": "five more plain words here"})
    assert changed.status_code == 303
    assert here.get("/programmes").status_code == 200
    assert elsewhere.get("/programmes").location.startswith("/login")
    assert app.test_client().post("/login", data={"email": "ines@example.com", "password": PASSWORD}).status_code == 422


def test_somebody_who_came_by_a_fresh_link_may_set_a_first_password(app, client):
    person = make_person()
    db.session.commit()
    token = links.sign_in_token(
        app.config["SECRET_KEY"], origin="asked", nonce="1", leads_to="/me", person_id=person.id
    )
    client.post(f"/login/link/{token}")
    weak = client.post("/me/password", data={"password": "short"}).get_data(as_text=True)
    assert "Use at least 12 characters" in weak
    assert client.post("/me/password", data={"password": PASSWORD}).status_code == 303
    again = app.test_client().post("/login", data={"email": person.email, "password": PASSWORD})
    assert again.location == "/"


def test_in_production_nobody_signs_in_as_somebody_of_the_demonstration(app):
    account = make_account("manager@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    account.is_demonstration = True
    db.session.commit()
    client = signed_in(app, account)
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(update={"env": Environment.PRODUCTION})
    try:
        assert client.get("/programmes").location.startswith("/login")
        token = links.sign_in_token(app.config["SECRET_KEY"], origin="asked", nonce="1", account_id=account.id)
        data = {"email": account.email, "password": PASSWORD}
        for answer in (client.post("/login", data=data), client.post(f"/login/link/{token}")):
            assert (answer.status_code, "account of the demonstration" in answer.get_data(as_text=True)) == (403, True)
        assert client.get("/programmes").location.startswith("/login")
    finally:
        app.config["SETTINGS"] = settings
