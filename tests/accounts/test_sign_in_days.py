"""Sign-ins on both engines: of people without a role only the day is kept, and in no order."""

import re
from datetime import UTC, date, datetime

import pytest
from factories import TESTER, make_account, make_people
from sqlalchemy import inspect, select, text

from engagement.accounts import actions
from engagement.accounts.rules import Role
from engagement.accounts.sign_ins.actions import record_sign_ins, remember_sign_in
from engagement.accounts.sign_ins.models import SignInDay
from engagement.audit import AuditEntry
from engagement.db import count_of, db
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("app")
TUESDAY, WEDNESDAY = date(2026, 4, 14), date(2026, 4, 15)
INSTANT = datetime(2026, 4, 14, 8, 13, 57, 123456, tzinfo=UTC)


def entries(verb):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id)).all()


def test_who_holds_a_role_is_recorded_at_once_and_everybody_else_by_day(frozen):
    frozen.move_to(INSTANT)
    with_role = make_account("ada@example.com", "Ada Auditor", Role.AUDITOR)
    without = make_account("emil@example.com", "Emil Employee")
    for account in (with_role, without, without):
        remember_sign_in(account, on=TUESDAY)
    assert [(entry.subject_name, entry.at) for entry in entries("signed in")] == [("ada@example.com", INSTANT)]
    assert not record_sign_ins(TUESDAY)
    assert record_sign_ins(WEDNESDAY)
    assert not record_sign_ins(WEDNESDAY)
    [entry] = entries(Verb.SIGNED_IN_THAT_DAY)
    assert (entry.subject_name, entry.at, entry.is_by_day) == (
        "emil@example.com",
        datetime(2026, 4, 14, 12, tzinfo=UTC),
        True,
    )


def test_whose_role_was_taken_back_is_recorded_by_day(frozen):
    account = make_account("emil@example.com", "Emil", Role.CHANGE_MANAGER)
    for grant in account_grants(account):
        actions.withdraw_grant(grant, by=TESTER)
    remember_sign_in(account, on=TUESDAY)
    assert entries("signed in") == []


def account_grants(account):
    from engagement.accounts.queries import open_grants

    db.session.flush()
    return open_grants(account.id)


def test_the_order_of_the_day_is_lost_and_today_stays(frozen):
    accounts = [make_account(f"e{n:02}@example.com", f"Employee {n:02}") for n in range(30)]
    for account in accounts:
        remember_sign_in(account, on=TUESDAY)
    remember_sign_in(accounts[0], on=WEDNESDAY)
    db.session.commit()
    assert record_sign_ins(WEDNESDAY)
    db.session.commit()
    names = [entry.subject_name for entry in entries(Verb.SIGNED_IN_THAT_DAY)]
    assert len(names) == 30
    assert names != sorted(names)
    assert [(row.account_id, row.on) for row in db.session.scalars(select(SignInDay))] == [(accounts[0].id, WEDNESDAY)]


def test_a_first_sign_in_by_link_leaves_no_instant_anywhere(frozen):
    (person,) = make_people(1)
    db.session.commit()
    frozen.move_to(INSTANT)
    before = _cells()
    account = actions.account_for_person(person, signs_in=True)
    remember_sign_in(account, on=TUESDAY)
    db.session.commit()
    new = [cell for cell in _cells() if cell not in before]
    assert not [cell for cell in new if re.search(r"8, 13, 57|08:13:57|13:57", cell)]
    assert count_of(select(AuditEntry).where(AuditEntry.person_id == person.id, AuditEntry.verb == "made sign-in")) == 0


def _cells():
    found = []
    for table in inspect(db.engine).get_table_names():
        found += [repr(v) for row in db.session.execute(text(f'SELECT * FROM "{table}"')) for v in row]
    db.session.rollback()
    return found
