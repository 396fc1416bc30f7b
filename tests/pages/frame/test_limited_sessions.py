"""What a link in a message opens: an employee's own pages, whoever its reader is; more asks for the password or a fresh link."""

import pytest
from factories import PASSWORD, TESTER, make_account, make_department, make_person, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from pages.frame.access import ANYBODY, EVERYBODY, MATRIX, ask, has_sides, is_let_in, rules_of
from pages.frame.two_of_everything import SIDES, World
from sqlalchemy import select

from engagement.accounts.actions import account_for_person, grant_role, withdraw_grant
from engagement.accounts.links.rules import sign_in_token
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.communications.models import Communication
from engagement.communications.scopes import in_charge, is_in_charge, may_approve, may_read, readable
from engagement.consultations.actions.bodies import end_member
from engagement.consultations.models import BodyMember
from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.criteria.actions import Terms, change_criterion
from engagement.readiness.criteria.models import Criterion
from engagement.readiness.gate.actions.deciding import end_approver
from engagement.readiness.gate.models import GateApprover, GateCondition
from engagement.waves.scopes import people_within
from tests.communications.calendar_rows import make_approver, make_draft, make_line, make_writer

pytestmark = pytest.mark.usefixtures("frozen")
#: Every kind of reader who has more than an employee.
WITH_MORE = "AMPWLHDTRSUrwsuvd"
#: A link only takes away, so most are asked what they have without it, and these two, who have most and least, everything.
ASKED_EVERYTHING = "MH"
#: A first password, and the file of everything that is kept about somebody, need a fresh link.
ASK_EVERYBODY = ("sign_in.password", "me.data")


def token_for(app: Flask, account: Account, origin: str = "message", leads_to: str = "/", nonce: str = "1") -> str:
    key = str(app.config["SECRET_KEY"])
    return sign_in_token(key, origin=origin, nonce=nonce, leads_to=leads_to, account_id=account.id)


def limited(world: World, letter: str) -> World:
    """The world with one reader in it who came by the link of a message."""
    kept = world.app.test_client()
    kept.set_cookie("engagement", world.cookies[letter])
    with kept.session_transaction() as session:
        session["_user_id"] = f"{session['_user_id']}.limited"
    cookie = kept.get_cookie("engagement")
    assert cookie is not None
    return World(world.app, {letter: cookie.value}, world.values)


def own_only(entry: tuple[str, ...], letter: str) -> bool:
    """Whether an entry of the matrix is of what belongs to each reader alone, or is open to all."""
    return entry[0] in (EVERYBODY, ANYBODY) or letter == "E"


@pytest.mark.parametrize("letter", list(WITH_MORE))
def test_no_address_opens_more_than_to_an_employee(app: Flask, world: World, letter: str):
    reader = limited(world, letter)
    wrong = []
    for method in ("GET", "POST"):
        for rule in rules_of(app, method):
            key = f"{method} {rule.endpoint}"
            for side in SIDES if has_sides(rule) else ("own",):
                lets_in = MATRIX[key][SIDES.index(side) if len(MATRIX[key]) > 1 else 0]
                if letter not in lets_in + ASKED_EVERYTHING:
                    continue
                answer = ask(reader, letter, rule, method, side)
                # What somebody learns themselves is theirs, whatever else they are.
                is_own = own_only(MATRIX[key], letter) or rule.endpoint.startswith(
                    ("me.", "concerns.reply", "concerns.mine")
                )
                expected = is_own and letter in lets_in and rule.endpoint != "me.team"
                if rule.endpoint in ASK_EVERYBODY:
                    expected = False
                if is_let_in(answer, rule.endpoint) is not expected:
                    wrong.append((key, side, answer.status_code))
                elif not expected and letter in lets_in and "One more step" not in answer.get_data(as_text=True):
                    wrong.append((key, side, "says nothing"))
    assert wrong == []


def test_an_ordinary_employee_notices_nothing_but_for_a_first_password_and_their_file(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
):
    # Who speaks for a body or decides at a gate is no ordinary employee. This is committed, what requests do afterwards is not.
    with monkeypatch.context() as committing:
        committing.setattr(db.session, "commit", type(db.session).commit.__get__(db.session))
        for member in db.session.scalars(select(BodyMember)):
            end_member(member, by=TESTER)
        for approver in db.session.scalars(select(GateApprover)):
            end_approver(approver, by=TESTER)
        another = make_person("Another Judge")
        for criterion in db.session.scalars(select(Criterion)):
            change_criterion(criterion, Terms("For another", another), by=TESTER)
        for condition in db.session.scalars(select(GateCondition)):
            condition.owner = another
        db.session.commit()
    reader, differing = limited(world, "E"), []
    for method in ("GET", "POST"):
        for rule in rules_of(app, method):
            for side in SIDES if has_sides(rule) else ("own",):
                before, now = (ask(w, "E", rule, method, side) for w in (world, reader))
                if before.status_code != now.status_code or "One more step" in now.get_data(as_text=True):
                    differing.append(f"{method} {rule.endpoint}")
    # Who decided under a condition still says what was done about it.
    own = [f"{method} {place}" for place in ("sign_in.password", "readiness.settle") for method in ("GET", "POST")]
    expected = sorted(["GET me.data", "GET sign_in.sign_in", *own])
    assert sorted(set(differing)) == expected


def test_a_fresh_link_and_a_password_open_everything_and_lead_back(app: Flask):
    account = make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR)
    db.session.commit()
    for way in ("password", "link"):
        browser = app.test_client()
        assert browser.post(f"/login/link/{token_for(app, account, nonce=way)}").location == "/"
        step = browser.get("/admin/sign-ins?page=1")
        assert step.status_code == 403
        assert 'href="/login?next=/admin/sign-ins?page%3D1"' in step.get_data(as_text=True)
        assert "A fresh link or your password opens all" in browser.get("/login").get_data(as_text=True)
        if way == "password":
            data = {"email": account.email, "password": PASSWORD, "next": "/admin/sign-ins?page=1"}
            assert browser.post("/login", data=data).location == "/admin/sign-ins?page=1"
        else:
            token = token_for(app, account, "asked", "/admin/sign-ins?page=1")
            assert "This link signs in Ruth Root" in browser.get(f"/login/link/{token}").get_data(as_text=True)
            assert browser.post(f"/login/link/{token}").location == "/admin/sign-ins?page=1"
        assert browser.get("/admin/sign-ins?page=1").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_signed_in_already_loses_nothing_by_a_link_in_a_message(app: Flask, method: str):
    account = make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR)
    browser = signed_in(app, account)
    answer = getattr(browser, method)(f"/login/link/{token_for(app, account, leads_to='/me')}")
    assert answer.location == "/me"
    assert browser.get("/admin/sign-ins").status_code == 200


def came_by_message(app: Flask, account: Account) -> FlaskClient:
    db.session.commit()
    browser = app.test_client()
    assert browser.post(f"/login/link/{token_for(app, account)}").status_code == 302
    return browser


def test_a_link_in_a_message_sets_no_first_password(app: Flask):
    account = account_for_person(make_person())
    grant_role(account, Role.ADMINISTRATOR, by=account.actor)
    browser = came_by_message(app, account)
    answer = browser.post("/me/password", data={"password": PASSWORD})
    assert answer.status_code == 403
    assert "To set a password, sign in with your password or a fresh link" in answer.get_data(as_text=True)
    db.session.rollback()
    assert db.session.get_one(Account, account.id).password_hash is None


def test_a_password_is_changed_with_the_present_one_only_and_then_opens_everything(app: Flask):
    account = make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR)
    browser = came_by_message(app, account)
    for present in ({}, {"present": "not the right one"}):
        answer = browser.post("/me/password", data={"password": "five more plain words here", **present})
        assert "That is not your present password." in answer.get_data(as_text=True)
    assert browser.get("/admin/sign-ins").status_code == 403
    new = {"present": PASSWORD, "password": "five more plain words here"}
    assert browser.post("/me/password", data=new).status_code == 303
    assert browser.get("/admin/sign-ins").status_code == 200


def test_a_manager_of_people_is_asked_and_comes_back_to_the_team(app: Flask):
    boss = make_person("Sam Pryce", "sam@example.com")
    make_person("Ann Below", "ann@example.com", manager_id=boss.id)
    browser = came_by_message(app, account_for_person(boss))
    assert browser.get("/me").status_code == 200
    page = browser.get("/me/team")
    assert (page.status_code, 'href="/login?next=/me/team"' in page.get_data(as_text=True)) == (403, True)
    assert "Open all your pages" in browser.get("/me").get_data(as_text=True)


def test_a_session_says_nothing_else_than_what_it_was_given(app: Flask):
    account = make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR)
    browser = came_by_message(app, account)
    with browser.session_transaction() as session:
        kept = session["_user_id"]
    assert kept == f"{account.id}.{account.session_version}.limited"
    for forged in (
        f"{account.id}.1.",
        f"{account.id}.1.full",
        f"{account.id}.1.limited.",
        f"{account.id}",
        "¹.1",
        ".1",
    ):
        with browser.session_transaction() as session:
            session["_user_id"] = forged
        assert browser.get("/me").location.startswith("/login"), forged


def test_a_limited_reader_has_nothing_that_the_questions_rest_on(app: Flask):
    lead = make_person("Sam Pryce", "sam@example.com")
    make_person("Ann Below", "ann@example.com", manager_id=lead.id)
    lead.department.manager = lead
    wave = make_wave(lead=lead)
    wave.sponsor = lead
    account = account_for_person(lead)
    for role in Role:
        grant_role(account, role, by=account.actor)
    grant_role(account, Role.TRAINER, by=account.actor, department_id=make_department().id)
    reader = reader_of(account, "UTC").as_employee()
    assert reader == Reader(account.id, "Sam Pryce", lead.id, "UTC", is_limited=True, has_more=True)
    assert list(db.session.scalars(select(Person.name).where(people_within(rights.reading(reader))))) == ["Sam Pryce"]


def test_who_owns_or_approves_a_text_does_neither_by_a_link_in_a_message(app: Flask):
    owner, approver = make_writer(), make_approver()
    line = make_line(owner=owner, approver=approver)
    draft = make_draft(line)
    for account in (owner, approver):
        reader = reader_of(account, "UTC").as_employee(has_tasks=True)
        reading, planning = rights.reading(reader), rights.planning(reader)
        assert not may_read(reading, line)
        assert not is_in_charge(planning, line)
        assert not may_approve(planning, line, ())
        for condition in (readable(reading), in_charge(planning)):
            assert db.session.scalars(select(Communication.id).where(condition)).all() == []
    browser = came_by_message(app, approver)
    answer = browser.post(f"/occurrences/{draft.id}/approvals")
    assert (answer.status_code, "One more step" in answer.get_data(as_text=True)) == (403, True)


@pytest.mark.parametrize("way", ["withdrawn", "ended", "named", "open"])
def test_who_has_nothing_more_any_more_is_asked_for_nothing(app: Flask, way: str):
    account = make_account("sam@example.com", "Sam Pryce")
    grant = grant_role(account, Role.CHANGE_MANAGER, by=account.actor)
    line = make_line(owner=make_writer(), approver=account) if way in ("ended", "named") else None
    if way == "ended" and line is not None:
        line.ended_at = line.made_at
    if way != "open":
        withdraw_grant(grant, by=account.actor)
    browser = came_by_message(app, account)
    page = browser.get("/admin/sign-ins")
    said = page.get_data(as_text=True)
    has_more = way in ("named", "open")
    assert (page.status_code, "One more step" in said, "This page is for others" in said) == (
        403,
        has_more,
        not has_more,
    )
    assert ("Open all your pages" in browser.get("/me").get_data(as_text=True)) is has_more
