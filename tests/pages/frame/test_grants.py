"""Roles given for any scope, as they may stand in the database: what they let read."""

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave, signed_in
from flask import Flask

from engagement import clock
from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.communications.models import Communication
from engagement.communications.scopes import in_charge, is_in_charge, may_read, readable
from engagement.db import db
from tests.communications.calendar_rows import make_audience, make_line, make_writer

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def scoped(app: Flask) -> Account:
    return make_account("scoped@example.com", "Sam Scoped")


def given(account: Account, role: Role, **scope: int) -> Grant:
    """Return a role as it may stand in the database, for whatever scope: older ones are more than can be given now."""
    grant = Grant(account=account, role=role, granted_at=clock.now(), granted_by=TESTER.name, **scope)
    db.session.add(grant)
    db.session.flush()
    return grant


def test_conditions_answer_as_the_questions_do(app: Flask, scoped: Account):
    """The lists of communications rest on a condition, their pages on a question: both must say the same."""
    first, second = make_programme("First"), make_programme("Second")
    waves = [make_wave(first, number=1), make_wave(first, number=2), make_wave(second)]
    audience, owner = make_audience(), make_writer()
    for number, wave in enumerate([None, *waves]):
        programme = wave.programme if wave else first
        make_line(programme, wave=wave, audience=audience, owner=owner, name=f"Line {number}")
    make_line(second, audience=audience, owner=owner, name="Line 4")
    lines = list(db.session.scalars(db.select(Communication).order_by(Communication.name)))
    seen = {}
    for role in Role:
        for scope in ({"programme_id": first.id}, {"wave_id": waves[0].id}, {}):
            grant = given(scoped, role, **scope)
            reader = reader_of(scoped, "UTC")
            reading, planning = rights.reading(reader), rights.planning(reader)
            for condition, question, reach in ((readable, may_read, reading), (in_charge, is_in_charge, planning)):
                listed = set(db.session.scalars(db.select(Communication.id).where(condition(reach))))
                assert listed == {line.id for line in lines if question(reach, line)}, (role, scope)
            seen[role.value, next(iter(scope), "everywhere")] = "".join(
                str(n) for n, line in enumerate(lines) if may_read(reading, line)
            )
            grant.withdrawn_at = clock.now()
            db.session.flush()
    assert {key: value for key, value in seen.items() if value} == {
        ("administrator", "everywhere"): "01234",
        ("change_manager", "everywhere"): "01234",
        ("trainer", "everywhere"): "01234",
        ("auditor", "everywhere"): "01234",
        ("change_manager", "programme_id"): "012",
        ("trainer", "programme_id"): "012",
        ("auditor", "programme_id"): "012",
        ("change_manager", "wave_id"): "01",
        ("trainer", "wave_id"): "01",
        ("auditor", "wave_id"): "01",
    }


def test_a_sponsor_of_a_department_sees_nobody_by_name(app: Flask, scoped: Account):
    person = make_person()
    given(scoped, Role.SPONSOR, department_id=person.department_id)
    reader = reader_of(scoped, "UTC")
    assert not rights.reading(reader).holds_anything
    assert signed_in(app, scoped).get(f"/people/{person.id}").status_code == 403
