"""Reads of accounts: who is signed in, what they may do, and who holds which role."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Integer,
    Label,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import joinedload

from engagement.accounts.models import Account, Grant, UsedLink
from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.accounts.scopes.rights import PLANNERS
from engagement.addresses import kept_form
from engagement.db import db
from engagement.errors import BadInput
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme
from engagement.searching import by_name
from engagement.waves.models import Wave


def account_by_email(email: str) -> Account | None:
    """Return the account with this address, ignoring case and surrounding blanks; never a leaver's."""
    here = or_(Account.person_id.is_(None), Person.left_at.is_(None))
    found = select(Account).outerjoin(Person, Person.id == Account.person_id)
    return db.session.scalar(found.where(Account.email == kept_form(email), here))


def account_of_person(person_id: int) -> Account | None:
    """Return the account of a person in the directory, None before their first sign-in."""
    return db.session.scalar(select(Account).where(Account.person_id == person_id))


def active_person_by_email(email: str) -> Person | None:
    """Return the person in the directory with this address who has not left."""
    return db.session.scalar(select(Person).where(Person.email == kept_form(email), Person.left_at.is_(None)))


def any_account_exists() -> bool:
    """Return whether any account exists; without one, the start prints a setup link."""
    return bool(db.session.scalar(select(exists().where(Account.id > 0))))


def open_grants(account_id: int) -> list[Grant]:
    """Return the account's present roles."""
    return list(
        db.session.scalars(
            select(Grant).where(Grant.account_id == account_id, Grant.withdrawn_at.is_(None)).order_by(Grant.id)
        )
    )


def accounts_with_roles() -> list[tuple[Account, list[Grant]]]:
    """Return every account with a role, by name, with its roles."""
    grants: dict[int, list[Grant]] = defaultdict(list)
    for grant in db.session.scalars(select(Grant).where(Grant.withdrawn_at.is_(None)).order_by(Grant.id)):
        grants[grant.account_id].append(grant)
    which = select(Account).options(joinedload(Account.person)).where(Account.id.in_(grants))
    accounts = db.session.scalars(which.order_by(by_name(Account.name), Account.id))
    return [(account, grants[account.id]) for account in accounts]


def outsiders() -> list[Account]:
    """Return the accounts of people who are not in the directory, by name."""
    return list(
        db.session.scalars(
            select(Account).where(Account.person_id.is_(None)).order_by(by_name(Account.name), Account.id)
        )
    )


def accounts_holding(*roles: Role) -> list[Account]:
    """Return active accounts with one of the roles, with or without a scope, by name."""
    holding = select(Grant.account_id).where(Grant.role.in_(roles), Grant.withdrawn_at.is_(None))
    return list(
        db.session.scalars(
            select(Account)
            .where(Account.id.in_(holding), Account.deactivated_at.is_(None))
            .order_by(by_name(Account.name), Account.id)
        )
    )


def planner_of(wave: Wave) -> Account | None:
    """Return who answers for what a wave's people are told: its lead, or else who plans it, its programme or everything.

    None when nobody of them has a sign-in that is open.
    """
    lead = account_of_person(wave.lead.id) if wave.lead is not None and not wave.lead.has_left else None
    if lead is not None and lead.is_active:
        return lead
    everywhere = and_(Grant.programme_id.is_(None), Grant.wave_id.is_(None), Grant.department_id.is_(None))
    nearest = case((Grant.wave_id.is_not(None), 0), (Grant.programme_id.is_not(None), 1), else_=2)
    return db.session.scalar(
        select(Account)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.role.in_(PLANNERS),
            Grant.withdrawn_at.is_(None),
            Account.deactivated_at.is_(None),
            or_(Grant.wave_id == wave.id, Grant.programme_id == wave.programme_id, everywhere),
        )
        .order_by(nearest, by_name(Account.name), Account.id)
        .limit(1)
    )


def reader_of(account: Account, default_timezone: str) -> Reader:
    """Return the account's reader, which all access questions use, in one statement."""
    # The statement bypasses the session, so pending changes are flushed first.
    db.session.flush()
    return _reader(_facts_about(account.id), default_timezone)


def demonstration_account_exists() -> bool:
    """Return whether accounts of the demonstration exist, whose addresses are public."""
    return db.session.scalar(select(Account.id).where(Account.is_demonstration).limit(1)) is not None


def refuse_demonstration(*, in_production: bool) -> None:
    """Raise BadInput when a database in production has demonstration accounts."""
    if in_production and demonstration_account_exists():
        raise BadInput(
            "This database holds the demonstration and its accounts, which are refused in production. Give "
            "ENGAGEMENT_DATABASE_URL an empty database."
        )


def reader_in_session(
    account_id: int, session_version: int, default_timezone: str, *, in_production: bool = False
) -> Reader | None:
    """Return the reader of a session, in one statement.

    None when the session was ended, the account deactivated or, `in_production`, of the demonstration.
    """
    rows = _facts_about(account_id)
    if not rows or rows[0].deactivated_at or rows[0].session_version != session_version:
        return None
    if in_production and rows[0].is_demonstration:
        return None
    return _reader(rows, default_timezone)


def _facts_about(account_id: int) -> Sequence[Row[Any]]:
    return db.session.connection().execute(_FACTS, {"account_id": account_id}).all()


def _reader(rows: Sequence[Row[Any]], default_timezone: str) -> Reader:
    known, facts = rows[0], [row for row in rows if row.tie]
    granted = [row for row in facts if row.tie == "granted"]
    led = [row for row in facts if row.tie == "leads"]
    return Reader(
        account_id=known.id,
        name=known.name,
        person_id=known.person_id,
        timezone=known.timezone or known.own_timezone or default_timezone,
        everywhere=frozenset(row.role for row in granted if not (row.programme_id or row.wave_id or row.department_id)),
        in_programmes=frozenset(
            (row.role, row.programme_id) for row in granted if row.programme_id and not row.wave_id
        ),
        in_waves=frozenset((row.role, row.wave_id) for row in granted if row.wave_id),
        in_departments=frozenset((row.role, row.lineage) for row in granted if row.department_id),
        leads_waves=frozenset(row.wave_id for row in led),
        sponsors_programmes=frozenset(row.programme_id for row in facts if row.tie == "sponsors"),
        heads=tuple(row.lineage for row in facts if row.tie == "heads"),
        has_team=bool(known.has_team),
        programme_of={row.wave_id: row.programme_id for row in facts if row.wave_id},
    )


def _facts_statement() -> Select[Any]:
    """Return a SELECT of an account with one row for each fact that gives rights, at least one row.

    It is built once, from tables rather than entities, because every page begins with it.
    """
    account, grant, person = Account.__table__.c, Grant.__table__.c, Person.__table__.c
    wave, programme, department = Wave.__table__.c, Programme.__table__.c, Department.__table__.c
    report = Person.__table__.alias("report").c
    this, none = bindparam("account_id", type_=Integer), null()
    me = select(account.person_id).where(account.id == this).scalar_subquery()
    # The first SELECT of a union names and types the columns.
    facts = union_all(
        select(
            _tie("granted"),
            grant.role,
            func.coalesce(grant.programme_id, wave.programme_id).label("programme_id"),
            grant.wave_id,
            grant.department_id,
            department.lineage,
        )
        .select_from(Grant.__table__)
        .outerjoin(Wave.__table__, wave.id == grant.wave_id)
        .outerjoin(Department.__table__, department.id == grant.department_id)
        .where(grant.account_id == this, grant.withdrawn_at.is_(None)),
        select(_tie("leads"), none, wave.programme_id, wave.id, none, none).where(wave.lead_id == me),
        select(_tie("sponsors"), none, wave.programme_id, none, none, none).where(wave.sponsor_id == me),
        select(_tie("sponsors"), none, programme.id, none, none, none).where(programme.sponsor_id == me),
        select(_tie("heads"), none, none, none, department.id, department.lineage).where(
            department.manager_id == me, department.closed_at.is_(None)
        ),
    ).subquery("fact")
    return (
        select(
            account.id,
            account.name,
            account.person_id,
            account.session_version,
            account.deactivated_at,
            account.is_demonstration,
            account.timezone,
            person.timezone.label("own_timezone"),
            exists(select(1).where(report.manager_id == account.person_id, report.left_at.is_(None))).label("has_team"),
            *facts.c,
        )
        .select_from(Account.__table__)
        .outerjoin(Person.__table__, person.id == account.person_id)
        .outerjoin(facts, true())
        .where(account.id == this)
    )


def _tie(word: str) -> Label[str]:
    return literal_column(f"'{word}'", String).label("tie")


_FACTS = _facts_statement()


def is_used_link(fingerprint: str) -> bool:
    """Return whether a one-time link was used already."""
    return bool(db.session.scalar(select(exists().where(UsedLink.fingerprint == fingerprint))))
