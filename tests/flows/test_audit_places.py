"""What is done stands in the audit where it was done: who audits a programme, wave or department reads just that."""

import pytest
from factories import TESTER, make_account, make_department, make_person
from flows.deeds import accounts as of_accounts
from flows.deeds import messages, stakeholders
from flows.deeds import people as of_people
from flows.deeds import programmes as of_programmes
from flows.deeds import waves as of_waves
from flows.deeds.place import Place, place
from sqlalchemy import select

from engagement import audit
from engagement.accounts import actions as accounts
from engagement.accounts.merging.actions import merge_department
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.record import entries_within
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.people import actions as people
from engagement.people.models import Department
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")
DONE = [
    deed for room in (of_accounts, of_programmes, of_waves, of_people, stakeholders, messages) for deed in room.DONE
]


def move_role(at: Place) -> None:
    accounts.grant_role(at.account, Role.AUDITOR, by=TESTER, department_id=at.department.id)
    merge_department(at.department, make_department("Elsewhere"), by=TESTER)


@pytest.mark.parametrize(("verb", "do", "belongs"), DONE, ids=[f"{verb.name}-{i}" for i, (verb, *_) in enumerate(DONE)])
def test_an_entry_belongs_where_it_was_done(app, verb, do, belongs):
    own, foreign = place("Own"), place("Foreign")
    do(own)
    db.session.flush()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    said = {field.removesuffix("_id"): getattr(entry, field) for field in audit.SCOPE}
    assert said == {field: number if field in belongs else None for field, number in own.ids.items()}
    for field in ("programme", "wave", "department"):
        reads = field in belongs or (field == "programme" and "wave" in belongs)
        assert may_read(own.auditor(field, f"{field}@own.example.com"), entry) is reads
        assert may_read(foreign.auditor(field, f"{field}@foreign.example.com"), entry) is False
    assert may_read(make_account("all@example.com", "Al Itor", Role.AUDITOR), entry)


def may_read(auditor: Account, entry: AuditEntry) -> bool:
    seen = entries_within(rights.auditing(reader_of(auditor, "Europe/London")))
    return db.session.scalar(select(AuditEntry.id).where(seen, AuditEntry.id == entry.id)) is not None


def test_a_role_that_moves_along_belongs_to_the_new_department(app):
    own = place("Own")
    move_role(own)
    db.session.flush()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.MOVED_ROLE)).one()
    into = db.session.scalars(select(Department).where(Department.path == "Elsewhere")).one()
    assert (entry.subject_name, entry.department_id) == (own.account.email, into.id)
    merged = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.MERGED_DEPARTMENT)).one()
    assert (merged.subject_name, merged.department_id) == ("Own/Desk", into.id)


def test_a_sign_in_of_the_directory_belongs_to_its_person(app):
    person = make_person("Olive Own", "olive@example.com")
    account = make_account("olive@example.com", "Olive Own", Role.TRAINER)
    accounts.withdraw_grant(accounts.queries.open_grants(account.id)[0], by=TESTER)
    db.session.flush()
    told = select(AuditEntry.verb, AuditEntry.subject_name, AuditEntry.person_id).where(
        AuditEntry.subject_kind == "account"
    )
    assert {tuple(row) for row in db.session.execute(told)} == {
        (verb.value, "olive@example.com", person.id) for verb in (Verb.MADE_SIGN_IN, Verb.GAVE_ROLE, Verb.WITHDREW_ROLE)
    }


def test_an_entry_keeps_the_name_of_its_moment(app):
    department = make_department("Operations/Claims")
    people.rename_department(department, "Cases", by=TESTER)
    people.rename_department(department, "Files", by=TESTER)
    named = select(AuditEntry.subject_name).where(AuditEntry.subject_id == str(department.id)).order_by(AuditEntry.id)
    assert list(db.session.scalars(named.where(AuditEntry.subject_kind == "department"))) == [
        "Operations/Claims",
        "Operations/Cases",
        "Operations/Files",
    ]
