"""Sign-ins: passwords, one-time links, roles, attempts, and the end of every session."""

from datetime import timedelta

import pytest
from factories import PASSWORD, TESTER, make_account, make_person, make_programme, make_wave
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions, queries
from engagement.accounts.links import rules as links
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.verbs import Verb

SECRET = "only for tests"


def _sign_in(email, password, place="203.0.113.7"):
    return actions.sign_in_with_password(email, password, place=place, secret=SECRET)


def test_the_right_password_signs_in_whatever_the_case_of_the_address(app):
    account = make_account("ines@example.com")
    assert _sign_in(" INES@example.com ", PASSWORD) is account


@pytest.mark.parametrize("email", ["ines@example.com", "nobody@example.com", "gone@example.com"])
def test_a_failure_says_the_same_for_known_unknown_and_deactivated(app, email):
    make_account("admin@example.com", "Admin", Role.ADMINISTRATOR)
    make_account("ines@example.com")
    actions.deactivate(make_account("gone@example.com", "Gone"), by=TESTER)
    password = PASSWORD if email == "gone@example.com" else "wrong"
    with pytest.raises(BadInput) as caught:
        _sign_in(email, password)
    assert caught.value.sentence == actions.WRONG


def test_a_weak_password_is_refused_with_the_reason(app):
    for password, reason in [("short", "at least 12"), ("aaaaaaaaaaaaaaaa", "different"), ("x" * 300, "at most")]:
        with pytest.raises(BadInput, match=reason):
            actions.make_account("a@example.com", "A", by=TESTER, password=password)


def test_a_link_works_once_and_not_for_ever(app, frozen):
    person = make_person()
    token = links.sign_in_token(SECRET, origin="asked", nonce="1", leads_to="/me", person_id=person.id)
    link = links.read_token(SECRET, token, links.LinkPurpose.SIGN_IN, clock.now())
    account = actions.use_link(link)
    assert (account.person_id, account.email, link.leads_to) == (person.id, person.email, "/me")
    with pytest.raises(RuleBroken, match="used already"):
        actions.use_link(link)
    frozen.shift(timedelta(minutes=31))
    assert links.read_token(SECRET, token, links.LinkPurpose.SIGN_IN, clock.now()) is None
    assert links.read_token(SECRET, token + "x", links.LinkPurpose.SIGN_IN, clock.now()) is None
    assert links.read_token("another secret", token, links.LinkPurpose.SIGN_IN, clock.now()) is None


def test_a_sign_in_link_is_no_setup_link(app):
    token = links.sign_in_token(SECRET, origin="asked", nonce="1", account_id=1)
    assert links.read_token(SECRET, token, links.LinkPurpose.SETUP, clock.now()) is None


def test_who_has_left_is_not_signed_in_by_an_old_link(app):
    person = make_person()
    token = links.sign_in_token(SECRET, origin="message", nonce="1", person_id=person.id)
    people.mark_as_left(person, by=TESTER)
    with pytest.raises(RuleBroken, match="can’t sign in any more"):
        actions.use_link(links.read_token(SECRET, token, links.LinkPurpose.SIGN_IN, clock.now()))


def test_the_last_administrator_stays(app):
    admin = make_account("admin@example.com", "Admin", Role.ADMINISTRATOR)
    with pytest.raises(RuleBroken, match="last administrator"):
        actions.deactivate(admin, by=TESTER)
    with pytest.raises(RuleBroken, match="last administrator"):
        actions.withdraw_grant(queries.open_grants(admin.id)[0], by=TESTER)


def test_what_follows_from_the_data_needs_no_grant(app):
    lead, report = make_person("Sam Pryce"), make_person("Ann Below")
    report.manager = lead
    programme = make_programme(sponsor=lead)
    wave = make_wave(programme, lead=lead)
    lead.department.manager = lead
    account = actions.account_for_person(lead)
    reader = queries.reader_of(account, "Europe/London")
    assert reader.leads_waves == {wave.id}
    assert reader.sponsors_programmes == {programme.id}
    assert reader.heads == (lead.department.lineage,)
    assert reader.has_team
    assert reader.everywhere == frozenset()


def test_a_role_given_twice_is_held_once(app):
    account = make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER)
    actions.grant_role(account, Role.CHANGE_MANAGER, by=TESTER)
    assert [grant.role for grant in queries.open_grants(account.id)] == [Role.CHANGE_MANAGER]


def test_a_leaver_s_address_is_free_for_whoever_gets_it(app):
    gone = make_person("Sam Pryce", email="sam@example.com")
    account = actions.account_for_person(gone)
    actions.end_with_leaving(gone, by=TESTER)
    assert queries.account_by_email("sam@example.com") is None
    newcomer = make_person("Sam Prycewood", email="sam@example.com")
    assert actions.account_for_person(newcomer) is not account
    assert queries.account_by_email("sam@example.com").person is newcomer


def test_a_sign_in_without_a_person_is_tied_to_who_has_its_address_and_its_name(app):
    account = make_account("admin@example.com", "Adele Minh", Role.ADMINISTRATOR)
    person = make_person("Adele K. Minh", email="admin@example.com")
    assert actions.account_for_person(person) is account
    assert account.person_id == person.id


@pytest.mark.parametrize("way", ["password", "link"])
def test_a_sign_in_that_is_older_than_the_directory_is_tied_by_signing_in(app, way):
    account = make_account("admin@example.com", "Adele Minh", Role.ADMINISTRATOR)
    person = make_person("Adele K. Minh", email="admin@example.com")
    for time in "12":
        if way == "password":
            assert _sign_in("admin@example.com", PASSWORD) is account
        else:
            token = links.sign_in_token(SECRET, origin="asked", nonce=time, account_id=account.id)
            link = links.read_token(SECRET, token, links.LinkPurpose.SIGN_IN, clock.now())
            assert actions.use_link(link) is account
        assert account.person is person
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.TIED_SIGN_IN)).all()
    assert [(entry.actor_name, entry.subject_name, entry.person_id) for entry in entries] == [
        ("Adele K. Minh", "admin@example.com", person.id)
    ]


def test_a_sign_in_is_not_tied_to_somebody_who_left_or_has_another_one(app):
    account = make_account("admin@example.com", "Adele Minh", Role.ADMINISTRATOR)
    people.mark_as_left(make_person("Adele Minh", email="admin@example.com"), by=TESTER)
    assert _sign_in("admin@example.com", PASSWORD).person_id is None
    person = make_person("Adele Minh", email="elsewhere@example.com")
    own = actions.account_for_person(person)
    person.email = account.email
    assert _sign_in("admin@example.com", PASSWORD).person_id is None
    assert own.person is person


def test_a_sign_in_without_a_person_is_not_that_of_somebody_else_with_its_address(app):
    account = make_account("admin@example.com", "Ruth Root", Role.ADMINISTRATOR)
    person = make_person("Adele Minh", email="admin@example.com")
    with pytest.raises(RuleBroken, match="is the sign-in of Ruth Root"):
        actions.account_for_person(person)
    assert account.person_id is None
    assert _sign_in("admin@example.com", PASSWORD) is account
