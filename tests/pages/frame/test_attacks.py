"""The attacker's part: texts that want to run, addresses that lead away, and cookies that were copied."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from factories import PASSWORD, TESTER, make_account, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from engagement.accounts import actions as accounts
from engagement.accounts.links import rules as links
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.communications.actions.approving import ask_approval
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.writing import write_occurrence
from engagement.db import Base, db
from engagement.errors import BadInput
from engagement.people import actions as people
from tests.communications.calendar_rows import AT_TWO, make_line

pytestmark = pytest.mark.usefixtures("frozen")
FORMULA = '=HYPERLINK("https://evil.example.com")'
SECRET = "a secret that only the tests of this service know"


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.data.decode("utf-8", "replace")


def addresses(app: Flask, values: dict[str, object]) -> list[str]:
    """Return every address that can be read with these values."""
    known = (r for r in app.url_map.iter_rules() if "GET" in (r.methods or ()) and set(r.arguments) <= set(values))
    return [r.build({name: values[name] for name in r.arguments})[1] for r in known]


def test_no_text_that_people_write_runs_on_any_page(app: Flask, manager: Account, poisoned: dict[str, int]):
    accounts.grant_role(manager, Role.ADMINISTRATOR, by=TESTER)
    client, hurt = signed_in(app, manager), []
    for address in addresses(app, poisoned):
        answer = client.get(address)
        assert answer.status_code < 500 or address == "/readyz", address
        if answer.mimetype != "text/html":
            continue
        page = answer.get_data(as_text=True)
        if "<script>alert" in page or "<img src=x" in page or "49{%" in page:
            hurt.append(address)
    assert hurt == []


def test_merge_fields_are_no_templates(app: Flask, manager: Account):
    line = make_line(owner=manager)
    message = schedule_briefing(line, AT_TWO, by=TESTER)
    db.session.commit()
    for text in ("{{ 7*7 }}", "{{ config }}", "{% for x in (1,) %}x{% endfor %}", "{{ first_name.__class__ }}"):
        try:
            write_occurrence(message, text, text, by=manager.actor)
            ask_approval(message, by=manager.actor)
        except BadInput:
            db.session.rollback()
        page = text_of(signed_in(app, manager), f"/occurrences/{message.id}")
        assert "SECRET_KEY" not in page
        assert "<h3>49</h3>" not in page


def test_files_hold_no_formula(app: Flask, manager: Account):
    make_person(FORMULA, "formula@example.com", f"{FORMULA}".replace("/", "|"), job_title=FORMULA)
    rows = csv.reader(StringIO(signed_in(app, manager).get("/people.csv").data.decode("utf-8-sig")))
    cells = [cell for row in rows for cell in row if "HYPERLINK" in cell]
    assert len(cells) >= 3
    assert [cell for cell in cells if not cell.startswith("'")] == []


@pytest.mark.parametrize("address", ["a@example.com\r\nBcc: b@example.com", "a@example.com\nX: y", "a\x00@example.com"])
def test_no_address_carries_a_line_break(app: Flask, address: str):
    with pytest.raises(BadInput):
        accounts.make_account(address, "Eve", by=TESTER)
    with pytest.raises(BadInput):
        people.add_person("Eve", address, by=TESTER)


AWAY = ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "/\t/evil.example.com", "\\\\evil"]


@pytest.mark.parametrize("away", AWAY)
def test_no_redirect_leads_away(app: Flask, client: FlaskClient, manager: Account, away: str):
    token = links.sign_in_token(SECRET, origin="asked", nonce="n" + away, leads_to=away, account_id=manager.id)
    for answer in (
        client.post("/login", data={"email": manager.email, "password": PASSWORD, "next": away}),
        client.post("/appearance", data={"theme": "dark"}, headers={"Referer": away.strip()}),
        client.post("/me/timezone", query_string={"next": away}, data={"timezone": ""}),
        app.test_client().post(f"/login/link/{token}"),
    ):
        assert answer.status_code in (302, 303)
        assert re.match(r"/(?![/\\\s])|/$", answer.location), answer.location
        assert "evil.example.com" not in answer.location.split("?")[0]


def test_a_session_from_before_signing_in_is_thrown_away(client: FlaskClient, manager: Account):
    client.get("/login")
    with client.session_transaction() as planted:
        planted["planted"] = "yes"
    client.post("/login", data={"email": manager.email, "password": PASSWORD})
    with client.session_transaction() as fresh:
        assert "planted" not in fresh
        assert "_user_id" in fresh


@pytest.mark.parametrize("ending", ["sign out", "password", "deactivation", "leaving"])
def test_a_copied_cookie_ends_with_the_session(app: Flask, ending: str):
    make_account("root@example.com", "Root", Role.ADMINISTRATOR)
    person = make_person("Eve Plain", "eve@example.com")
    account = make_account("eve@example.com", "Eve Plain")
    client = signed_in(app, account)
    cookie = client.get_cookie("engagement")
    thief, headers = app.test_client(use_cookies=False), {"Cookie": f"engagement={cookie.value if cookie else ''}"}
    assert thief.get("/me", headers=headers).status_code == 200
    if ending == "sign out":
        client.post("/logout")
    elif ending == "password":
        accounts.set_password(account, "another four plain words", by=TESTER)
    elif ending == "deactivation":
        accounts.deactivate(account, by=TESTER)
    else:
        administrator = signed_in(app, db.session.scalars(select(Account).where(Account.name == "Root")).one())
        administrator.post(f"/people/{person.id}/leaving")
    assert thief.get("/me", headers=headers).status_code == 302
    if ending in ("deactivation", "leaving"):
        token = links.sign_in_token(SECRET, origin="asked", nonce=ending, person_id=person.id)
        assert app.test_client().post(f"/login/link/{token}").status_code == 410


def test_a_link_is_good_once_also_for_two_at_the_same_moment(app: Flask, manager: Account):
    token = links.sign_in_token(SECRET, origin="asked", nonce="one", account_id=manager.id)
    db.session.commit()
    db.session.remove()
    with ThreadPoolExecutor(2) as both:
        statuses = list(both.map(lambda _: app.test_client().post(f"/login/link/{token}").status_code, range(2)))
    assert sorted(statuses) == [302, 410]


def test_signing_in_tells_nobody_which_addresses_are_known(app: Flask, manager: Account):
    def said(email: str, path: str, **more: str) -> tuple[int, str]:
        answer = app.test_client().post(path, data={"email": email, **more})
        text = re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True))
        return answer.status_code, text

    wrong = {"password": "not this one at all"}
    assert said(manager.email, "/login", **wrong) == said("nobody@example.com", "/login", **wrong)
    assert said(manager.email, "/login/link") == said("nobody@example.com", "/login/link")


def counts() -> dict[str, int]:
    db.session.rollback()
    return {t.name: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in Base.metadata.sorted_tables}


def test_reading_changes_nothing(app: Flask, manager: Account, poisoned: dict[str, int]):
    accounts.grant_role(manager, Role.ADMINISTRATOR, by=TESTER)
    client = signed_in(app, manager)
    before = counts()
    for address in addresses(app, poisoned):
        client.get(address)
    after = counts()
    changed = {name: after[name] - before[name] for name in before if after[name] != before[name]}
    assert changed == {"audit_entry": 1}
