"""What was typed outlives the session and the form's token, for whom the form was drawn and for nobody else."""

import html
import re
from datetime import timedelta

import pytest
from factories import PASSWORD, TESTER, make_account, make_change_manager, make_person, make_programme, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions
from engagement.accounts.kept_forms.actions import KEPT_FOR, MOST_KEPT, forget_kept_forms, keep_form
from engagement.accounts.kept_forms.models import KeptForm
from engagement.accounts.links.rules import sign_in_token
from engagement.accounts.models import Account
from engagement.accounts.queries import account_by_email
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.programmes.models import Programme

PURPOSE = "Long thoughts,\n\nin <b>two</b> parts & more"


def drawn_for(client: FlaskClient, page: str) -> str:
    text = client.get(page).get_data(as_text=True)
    return html.unescape(re.search(r'name="drawn_for" value="([^"]+)"', text)[1])


def fields_of(page: str) -> dict[str, str]:
    """Return what the button that sends it once more would send."""
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if "Send it now" in f)
    pairs = re.findall(r'<textarea hidden name="([^"]+)">\n(.*?)</textarea>', form, re.S)
    return {"_to": re.search(r'action="([^"]+)"', form)[1], **{name: html.unescape(value) for name, value in pairs}}


def sign_in(client: FlaskClient, email: str, next_path: str) -> str:
    return client.post("/login", data={"email": email, "password": PASSWORD, "next": next_path}).location


def signed_out_elsewhere(client: FlaskClient, account: Account) -> None:
    actions.end_sessions(db.session.get_one(Account, account.id))
    db.session.commit()


def signed_out_here(client: FlaskClient, account: Account) -> None:
    client.post("/logout")


def cookie_lost(client: FlaskClient, account: Account) -> None:
    client.delete_cookie("engagement")


@pytest.mark.parametrize("end", [signed_out_elsewhere, signed_out_here, cookie_lost])
def test_what_was_typed_stands_there_again_after_signing_in(app: Flask, end):
    account = make_change_manager()
    client = signed_in(app, account)
    whom = drawn_for(client, "/programmes/new")
    end(client, account)
    data = {"name": "Claims", "purpose": PURPOSE, "drawn_for": whom, "csrf_token": "old"}
    led = client.post("/programmes/new", data=data)
    assert led.location.startswith("/login?next=/kept/")
    assert "What you typed is kept. Sign in, and you see it again." in client.get(led.location).get_data(as_text=True)
    back = sign_in(client, account.email, led.location.partition("next=")[2])
    shown = client.get(back).get_data(as_text=True)
    assert "What you typed is still here" in shown
    again = fields_of(shown)
    assert again["purpose"] == PURPOSE
    sent = client.post(again.pop("_to"), data=again)
    assert (sent.status_code, sent.location) == (307, "/programmes/new")
    assert client.post(sent.location, data=again).status_code == 303
    assert client.get(back).status_code == 404
    assert db.session.scalars(select(Programme.purpose)).one() == PURPOSE


def test_nobody_else_is_shown_it_and_it_can_be_thrown_away(app: Flask):
    account, other = make_change_manager(), make_account("eve@example.com", "Eve", Role.CHANGE_MANAGER)
    row = keep_form(account.id, "/programmes/new", [("purpose", PURPOSE)])
    db.session.commit()
    number = row.id
    stranger, owner = signed_in(app, other), signed_in(app, account)
    assert stranger.get(f"/kept/{number}").status_code == 404
    assert stranger.post(f"/kept/{number}/removal").status_code == 404
    assert owner.get(f"/kept/{number}").status_code == 200
    assert owner.post(f"/kept/{number}/removal").status_code == 303
    assert owner.get(f"/kept/{number}").status_code == 404


@pytest.mark.parametrize("whom", ["", "nonsense", "WzFd.x.y", "1"])
def test_nothing_is_stored_for_whom_no_form_was_drawn(app: Flask, client: FlaskClient, whom: str):
    make_change_manager()
    db.session.commit()
    answer = client.post("/programmes/new", data={"name": "x", "purpose": PURPOSE, "drawn_for": whom})
    assert answer.location.startswith("/login")
    assert db.session.scalars(select(KeptForm)).all() == []


def test_passwords_and_tokens_are_never_stored(app: Flask):
    account = make_change_manager()
    client = signed_in(app, account)
    whom = drawn_for(client, "/me/password")
    signed_out_elsewhere(client, account)
    typed = {"present": "old secret words", "password": "new secret words", "drawn_for": whom, "csrf_token": "t"}
    assert client.post("/me/password", data=typed).location.startswith("/login")
    assert client.post("/programmes/new", data=typed | {"purpose": "Words"}).location.startswith("/login?next=/kept/")
    assert [row.fields for row in db.session.scalars(select(KeptForm))] == [[["purpose", "Words"]]]


def test_a_button_alone_leads_back_to_its_page(app: Flask):
    account, programme = make_change_manager(), make_programme()
    client = signed_in(app, account)
    whom = drawn_for(client, f"/programmes/{programme.id}")
    signed_out_elsewhere(client, account)
    answer = client.post(
        "/appearance-of-nothing",
        data={"drawn_for": whom},
        headers={"Referer": f"http://localhost/programmes/{programme.id}"},
    )
    assert answer.status_code == 404
    answer = client.post(
        "/training/leftovers/1/decision",
        data={"drawn_for": whom},
        headers={"Referer": f"http://localhost/programmes/{programme.id}"},
    )
    assert answer.location == f"/login?next=/programmes/{programme.id}"
    assert "Sign in and press the button again." in client.get(answer.location).get_data(as_text=True)


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_a_token_that_ran_out_costs_no_words(app: Flask, token: str):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        account = make_change_manager()
        db.session.commit()
        client = app.test_client()
        page = client.get("/login").get_data(as_text=True)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        client.post("/login", data={"email": account.email, "password": PASSWORD, "csrf_token": csrf})
        whom = drawn_for(client, "/programmes/new")
        data = {"name": "Claims", "purpose": PURPOSE, "drawn_for": whom, "csrf_token": token}
        refused = client.post("/programmes/new", data=data)
        assert refused.status_code == 400
        text = refused.get_data(as_text=True)
        again = fields_of(text)
        fresh = re.search(
            r'name="csrf_token" value="([^"]+)"', text.partition("Send it now")[0].rpartition("<form")[2]
        )[1]
        assert client.post(again.pop("_to"), data=again | {"csrf_token": fresh}).status_code == 303
        assert db.session.scalars(select(Programme.purpose)).one() == PURPOSE
        # A page of another site has no form that was drawn for the reader, and gets no button made for it.
        foreign = client.post("/programmes/new", data={"name": "Evil", "purpose": "x", "csrf_token": token})
        assert (foreign.status_code, "Evil" in foreign.get_data(as_text=True)) == (400, False)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_what_a_page_refuses_without_a_form_shows_the_words_again(app: Flask):
    person = make_person()
    client = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    account = make_account("old@example.com", "Old Name")
    db.session.commit()
    refused = client.post(f"/admin/sign-ins/{account.id}/address", data={"address": "typed@example.com"})
    assert (refused.status_code, "typed@example.com" in refused.get_data(as_text=True)) == (422, True)
    assert person.name


def test_what_is_shown_is_everything_that_would_be_sent_and_where(app: Flask):
    account = make_change_manager()
    fields = [("do", "save"), ("step", "keep"), ("text_version", "7"), ("role", "administrator"), ("note", "Words")]
    number = keep_form(account.id, "/admin/sign-ins/new", fields).id
    db.session.commit()
    shown = signed_in(app, account).get(f"/kept/{number}").get_data(as_text=True)
    assert "<code>/admin/sign-ins/new</code>" in shown
    assert [value for _, value in fields if f"<dd>{value}</dd>" not in shown] == []


def test_a_link_in_a_message_keeps_nothing_for_somebody_with_rights(app: Flask):
    root = make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR)
    db.session.commit()
    token = sign_in_token(app.config["SECRET_KEY"], origin="message", nonce="m", leads_to="/me", account_id=root.id)
    limited = app.test_client()
    limited.post(f"/login/link/{token}")
    for page in ("/me", "/me/timezone", "/concerns/new"):
        assert 'name="drawn_for"' not in limited.get(page).get_data(as_text=True)
    whole = drawn_for(signed_in(app, root), "/programmes")
    # What somebody deactivated would have typed is kept for nobody.
    actions.deactivate(make_account("b@example.com", "Bo", Role.ADMINISTRATOR), by=TESTER)
    other = make_account("c@example.com", "Cy", Role.ADMINISTRATOR)
    db.session.commit()
    whom = drawn_for(signed_in(app, other), "/programmes")
    actions.deactivate(db.session.get_one(Account, other.id), by=TESTER)
    db.session.commit()
    stranger = app.test_client()
    assert "/kept/" not in stranger.post("/programmes/new", data={"name": "x", "drawn_for": whom}).location
    assert "/kept/" in stranger.post("/programmes/new", data={"name": "x", "drawn_for": whole}).location


@pytest.mark.parametrize("text", ["x" * 400_000, "\x01" * 100_000])
def test_what_is_too_large_to_keep_is_not_kept(app: Flask, text: str):
    account = make_change_manager()
    whom = drawn_for(signed_in(app, account), "/programmes")
    answer = app.test_client().post("/audiences/new", data={"note": text, "drawn_for": whom})
    assert "/kept/" not in answer.location
    long = app.test_client().post(f"/programmes/new?{'a' * 1_100}=1", data={"name": "x", "drawn_for": whom})
    assert "/kept/" not in long.location


def test_whoever_signs_in_anywhere_is_led_to_it(app: Flask):
    account = make_change_manager()
    number = keep_form(account.id, "/programmes/new", [("purpose", PURPOSE)]).id
    db.session.commit()
    assert sign_in(app.test_client(), account.email, "") == f"/kept/{number}"
    assert sign_in(app.test_client(), account.email, "/programmes") == "/programmes"


def test_another_site_signs_nobody_out_by_a_form_that_is_refused(app: Flask):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for headers in ({"Origin": "https://evil.example.com"}, {"Sec-Fetch-Site": "cross-site"}):
            for path in ("/programmes/new", "/login", "/logout"):
                answer = app.test_client().post(path, data={"name": "x"}, headers=headers)
                assert (answer.status_code, "Set-Cookie" in answer.headers) == (400, False), path
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_they_go_after_a_day_and_never_pile_up(app: Flask):
    account = make_change_manager()
    for number in range(MOST_KEPT + 5):
        keep_form(account.id, "/x", [("text", str(number))])
    assert len(db.session.scalars(select(KeptForm)).all()) == MOST_KEPT
    assert forget_kept_forms(clock.now() + KEPT_FOR - timedelta(minutes=1)) == 0
    assert forget_kept_forms(clock.now() + KEPT_FOR + timedelta(minutes=1)) == MOST_KEPT
    assert account_by_email(account.email) is not None
