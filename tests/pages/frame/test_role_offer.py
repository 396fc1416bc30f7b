"""Pages that a reader's roles don't open, or open only to be read: they name the roles that do, and administrators take one there."""

import re

import pytest
from factories import make_account, make_programme, signed_in
from flask import Flask

from engagement.accounts.queries import open_grants
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.audit import AuditEntry
from engagement.db import db

#: Halls that an administrator reads without being able to change anything in them, and what their changes are called.
READ_ONLY = {
    "/": "Planning",
    "/programmes": "Planning",
    "/communications": "Planning messages",
    "/communications?view=list": "Planning messages",
    "/audiences": "Building audiences",
    "/people/role-rules": "Making rules",
    "/stakeholders": "Keeping this map",
}
OWN_GRANT = "You can give it to yourself; the audit says so."


def main_of(answer) -> str:
    """Return the words of a page's own part."""
    inside = answer.get_data(as_text=True).split("<main", 1)[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inside).split())


def offered(answer) -> set[str]:
    """Return the roles that a page offers."""
    return set(re.findall(r'name="role" value="(\w+)"', answer.get_data(as_text=True).split("<main", 1)[1]))


def administrator(app: Flask, *roles: Role):
    account = make_account("ada@example.com", "Ada Byron", Role.ADMINISTRATOR, *roles)
    return account, signed_in(app, account)


def plain_pages(app: Flask) -> list[str]:
    """Return the addresses of all pages that take no argument."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return sorted(rule.rule for rule in rules if not rule.rule.startswith(("/api", "/scim", "/static")))


def test_each_refusal_names_just_the_roles_that_open_its_page(app: Flask):
    """The roles that are named are held against pages opened by readers who have one of them, for every page."""
    make_programme()
    nobody = signed_in(app, make_account("eve@example.com", "Eve Nobody"))
    holders = {role: signed_in(app, make_account(f"{role.value}@example.com", role.word, role)) for role in Role}
    refused = {path: answer for path in plain_pages(app) if (answer := nobody.get(path)).status_code == 403}
    assert {"/concerns", "/reports", "/programmes", "/admin", "/people", "/training/modules/new"} <= set(refused)
    wrong = {}
    for path, answer in refused.items():
        opened_by = [role.word.lower() for role, browser in holders.items() if browser.get(path).status_code != 403]
        named = re.search(r"It needs the role of ([\w ,]+)\. Administrator can give it\.", main_of(answer))
        said = sorted(re.split(r", | or ", named[1])) if named else []
        if said != sorted(opened_by):
            wrong[path] = (said, opened_by)
    assert wrong == {}


@pytest.mark.parametrize("path", READ_ONLY)
def test_an_administrator_takes_the_role_where_it_is_needed(app: Flask, path: str):
    account, browser = administrator(app)
    page = browser.get(path)
    assert f"{READ_ONLY[path]} needs the role of change manager. {OWN_GRANT}" in main_of(page)
    assert offered(page) == {"change_manager"}
    answer = browser.post("/admin/sign-ins/own-roles", data={"role": "change_manager", "back": path})
    assert (answer.status_code, answer.location) == (303, path)
    assert [(grant.role, grant.programme_id) for grant in open_grants(account.id)][-1] == (Role.CHANGE_MANAGER, None)
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.verb, entry.actor_name, entry.changes["role"]) == ("gave role", "Ada Byron", [None, "change_manager"])
    shown = browser.get(path)
    assert "You are change manager now, everywhere." in main_of(shown)
    assert offered(shown) == set()


def test_what_several_roles_open_is_a_choice_between_them(app: Flask):
    _, browser = administrator(app)
    assert offered(browser.get("/training")) == {"change_manager", "trainer"}
    sheet = browser.get("/reports")
    assert sheet.status_code == 403
    assert offered(sheet) == {"change_manager", "sponsor", "auditor"}
    assert "Reads everything but people’s own words, changes nothing." in main_of(sheet)
    browser.post("/admin/sign-ins/own-roles", data={"role": "sponsor", "back": "/reports"})
    assert browser.get("/reports").status_code == 200


def test_who_has_the_role_for_a_part_is_told_so(app: Flask):
    make_account("ada@example.com", "Ada Byron", Role.ADMINISTRATOR)
    mine, other = make_programme("Mine"), make_programme("Other")
    browser = signed_in(app, make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER, programme_id=mine.id))
    words = main_of(browser.get(f"/programmes/{other.id}/edit"))
    assert "It needs the role of change manager. Yours is for another part. Ada Byron can give it." in words
    assert "can give it" not in main_of(browser.get(f"/programmes/{mine.id}"))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TRAINER])
def test_others_learn_who_can_give_it_as_long_as_nothing_is_planned(app: Flask, role: Role):
    make_account("ada@example.com", "Ada Byron", Role.ADMINISTRATOR)
    browser = signed_in(app, make_account("r@example.com", "Robin Reader", role))
    page = browser.get("/programmes")
    assert "Planning needs the role of change manager. Ada Byron can give it." in main_of(page)
    assert offered(page) == set()
    make_programme()
    assert "can give it" not in main_of(browser.get("/programmes"))


def test_pages_whose_buttons_administrators_have_offer_nothing(app: Flask):
    _, browser = administrator(app)
    for path in ("/deliveries", "/people", "/admin", "/admin/jobs"):
        assert offered(browser.get(path)) == set(), path


def test_only_administrators_take_roles_and_only_real_ones(app: Flask):
    account = make_account("r@example.com", "Robin Reader", Role.TRAINER)
    refused = signed_in(app, account).post("/admin/sign-ins/own-roles", data={"role": "administrator"})
    assert refused.status_code == 403
    assert [grant.role for grant in open_grants(account.id)] == [Role.TRAINER]
    _, browser = administrator(app)
    for nonsense in ("", "king", "Change manager"):
        assert browser.post("/admin/sign-ins/own-roles", data={"role": nonsense}).status_code == 422
    away = browser.post("/admin/sign-ins/own-roles", data={"role": "auditor", "back": "//elsewhere.example.com"})
    assert away.location == "/"


def test_the_roles_of_a_right_are_those_that_widen_it(app: Flask):
    """What a refusal may name: for every right, its reach says just the roles that make it hold everything."""
    questions = [rights.planning, rights.reading, rights.overseeing, rights.choosing_audiences, rights.training]
    questions += [rights.reading_old_training, rights.reading_maps, rights.reading_notes, rights.reporting]
    questions += [rights.auditing, rights.administering, rights.keeping_people, rights.reading_operation]
    for question in questions:
        widening = {role for role in Role if question(Reader(1, "R", everywhere=frozenset({role}))).everything}
        assert set(question(Reader(1, "R")).roles) == widening, question.__name__
