"""Sign-ins that are worth stealing, and the file that would steal one."""

from factories import TESTER, make_department, make_programme, make_wave
from intake.companies import person
from sqlalchemy import select

from engagement.accounts import actions
from engagement.accounts.actions import account_for_person, grant_role, make_account, set_password
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.mail.models import Delivery

STOLEN = "2,mallory@example.com,Ben,Bitdiddle,Operations/Claims,ada@example.com,user"
PASSWORD = "four plain words here"


def guard(way: str) -> Account:
    """Give Ben something that makes his sign-in worth stealing, and return it."""
    ben = person("2")
    account = account_for_person(ben)
    if way == "administrator":
        grant_role(account, Role.ADMINISTRATOR, by=TESTER)
    elif way == "auditor of a department":
        grant_role(account, Role.AUDITOR, by=TESTER, department_id=make_department("Finance").id)
    elif way == "withdrawn role":
        grant = grant_role(account, Role.CHANGE_MANAGER, by=TESTER)
        db.session.flush()
        actions.withdraw_grant(grant, by=TESTER)
    elif way == "password":
        set_password(account, PASSWORD, by=TESTER)
    else:
        give_post(way)
    db.session.flush()
    return account


def give_post(way: str) -> None:
    ben = person("2")
    if way == "sponsor":
        make_programme(sponsor=ben)
        return
    wave = make_wave(lead=ben if way == "lead" else None)
    wave.sponsor = ben if way == "sponsor of a wave" else None
    db.session.flush()


def letters() -> list[str]:
    return sorted(db.session.scalars(select(Delivery.address)))


def other_administrator() -> Account:
    account = make_account("root@example.com", "Ruth Root", by=TESTER)
    grant_role(account, Role.ADMINISTRATOR, by=TESTER)
    db.session.flush()
    return account


def audited(account: Account) -> list[AuditEntry]:
    here = (AuditEntry.subject_kind == "account", AuditEntry.subject_id == str(account.id))
    return list(db.session.scalars(select(AuditEntry).where(*here).order_by(AuditEntry.id)))
