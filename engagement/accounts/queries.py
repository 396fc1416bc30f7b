"""Reads of accounts: who is signed in, what they may, and who holds which role."""

from collections import defaultdict

from sqlalchemy import exists, func, or_, select

from engagement import clock
from engagement.accounts.access import READERS
from engagement.accounts.models import Account, Grant, SignInAttempt, UsedLink
from engagement.accounts.reader import Reader
from engagement.accounts.rules import ATTEMPT_WINDOW, Role
from engagement.db import db
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme
from engagement.waves.models import Wave


def account_by_email(email: str) -> Account | None:
    """Return the account with this address, in any case and with blanks around it."""
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower()))


def account_of_person(person_id: int) -> Account | None:
    """Return the account of a person in the directory, None before their first sign-in."""
    return db.session.scalar(select(Account).where(Account.person_id == person_id))


def active_person_by_email(email: str) -> Person | None:
    """Return who in the directory has this address and has not left."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.left_at.is_(None)))


def any_account_exists() -> bool:
    """Return whether anybody can sign in at all; a start without accounts prints a setup link."""
    return bool(db.session.scalar(select(exists().where(Account.id > 0))))


def open_grants(account_id: int) -> list[Grant]:
    """Return the roles that an account has now."""
    return list(
        db.session.scalars(
            select(Grant).where(Grant.account_id == account_id, Grant.withdrawn_at.is_(None)).order_by(Grant.id)
        )
    )


def accounts_with_roles() -> list[tuple[Account, list[Grant]]]:
    """Return every account that has a role, by name, with its roles."""
    grants: dict[int, list[Grant]] = defaultdict(list)
    for grant in db.session.scalars(select(Grant).where(Grant.withdrawn_at.is_(None)).order_by(Grant.id)):
        grants[grant.account_id].append(grant)
    accounts = db.session.scalars(select(Account).where(Account.id.in_(grants)).order_by(Account.name, Account.id))
    return [(account, grants[account.id]) for account in accounts]


def accounts_holding(*roles: Role) -> list[Account]:
    """Return the active accounts that have one of the roles, with or without a scope, by name."""
    holding = select(Grant.account_id).where(Grant.role.in_(roles), Grant.withdrawn_at.is_(None))
    return list(
        db.session.scalars(
            select(Account)
            .where(Account.id.in_(holding), Account.deactivated_at.is_(None))
            .order_by(Account.name, Account.id)
        )
    )


def reader_of(account: Account, default_timezone: str) -> Reader:
    """Return what the access questions rest on for this account, in four short queries."""
    grants = open_grants(account.id)
    lineage_of = _lineages(grants)
    person_id = account.person_id
    led: set[int] = set()
    partly = _programmes_of_waves(grants)
    sponsored: set[int] = set()
    heads: list[str] = []
    has_team = False
    timezone = account.timezone or default_timezone
    if person_id is not None:
        waves = db.session.execute(
            select(Wave.id, Wave.programme_id, Wave.lead_id, Wave.sponsor_id).where(
                or_(Wave.lead_id == person_id, Wave.sponsor_id == person_id)
            )
        ).all()
        led = {wave.id for wave in waves if wave.lead_id == person_id}
        partly |= {wave.programme_id for wave in waves if wave.lead_id == person_id}
        sponsored = {wave.programme_id for wave in waves if wave.sponsor_id == person_id}
        sponsored |= set(db.session.scalars(select(Programme.id).where(Programme.sponsor_id == person_id)))
        heads = list(
            db.session.scalars(
                select(Department.lineage).where(Department.manager_id == person_id, Department.closed_at.is_(None))
            )
        )
        own_zone, has_team = db.session.execute(
            select(
                Person.timezone,
                exists(select(1).where(_Report.manager_id == person_id, _Report.left_at.is_(None))),
            ).where(Person.id == person_id)
        ).one()
        timezone = account.timezone or own_zone or default_timezone
    return Reader(
        account_id=account.id,
        name=account.name,
        person_id=person_id,
        timezone=timezone,
        everywhere=frozenset(g.role for g in grants if not (g.programme_id or g.wave_id or g.department_id)),
        in_programmes=frozenset((g.role, g.programme_id) for g in grants if g.programme_id),
        in_waves=frozenset((g.role, g.wave_id) for g in grants if g.wave_id),
        in_departments=frozenset((g.role, lineage_of[g.department_id]) for g in grants if g.department_id),
        leads_waves=frozenset(led),
        sponsors_programmes=frozenset(sponsored),
        heads=tuple(heads),
        has_team=bool(has_team),
        partly_in_programmes=frozenset(partly),
    )


_Report = Person.__table__.alias("report").c


def _lineages(grants: list[Grant]) -> dict[int, str]:
    ids = {grant.department_id for grant in grants if grant.department_id}
    if not ids:
        return {}
    rows = db.session.execute(select(Department.id, Department.lineage).where(Department.id.in_(ids)))
    return {row.id: row.lineage for row in rows}


def _programmes_of_waves(grants: list[Grant]) -> set[int]:
    ids = {grant.wave_id for grant in grants if grant.wave_id and grant.role in READERS}
    return set(db.session.scalars(select(Wave.programme_id).where(Wave.id.in_(ids)))) if ids else set()


def recent_attempts(key: str) -> int:
    """Return how many sign-in attempts were counted for this key within the window."""
    since = clock.now() - ATTEMPT_WINDOW
    counted = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.key == key, SignInAttempt.at > since)
    return int(db.session.scalar(counted) or 0)


def is_used_link(fingerprint: str) -> bool:
    """Return whether a one-time link was used already."""
    return bool(db.session.scalar(select(exists().where(UsedLink.fingerprint == fingerprint))))
