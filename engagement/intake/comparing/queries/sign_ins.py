"""Sentences about what a staged file would do to sign-ins with rights."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, case, exists, func, select

from engagement.accounts.addresses.queries import guarded, has_post, held, is_same_name
from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import accounts_holding, open_grants
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.intake.comparing.queries.consequences import lineages_above
from engagement.intake.comparing.queries.desired import desired, filled
from engagement.intake.models import KNOWN, ImportRun, StagedMatch
from engagement.intake.rules import ChangeKind
from engagement.people.models import Department, Person
from engagement.searching import by_name
from engagement.words import plural


def why_not_all_leave(leaving: Select[int]) -> str:
    """Say why these people can't all leave; "" when an administrator who can sign in remains."""
    administrators = {account.id for account in accounts_holding(Role.ADMINISTRATOR)}
    going = (Account.person_id.in_(leaving), Account.deactivated_at.is_(None))
    ending = db.session.scalars(select(Account.id).where(*going, Account.id.in_(administrators))).all()
    if not administrators or administrators != set(ending):
        return ""
    return (
        "Every administrator would lose their sign-in, because none of them is in the file. "
        "Make somebody else an administrator first, or add the row that is missing."
    )


def leavers_of(run: ImportRun) -> Select[int]:
    """Return a SELECT of the ids of people who would leave by a staged run."""
    return select(StagedMatch.person_id).where(StagedMatch.run_id == run.id, StagedMatch.kind == ChangeKind.LEFT)


def ended_with_leaving() -> ColumnElement[bool]:
    """Return the condition that an account ended because its person left."""
    return exists().where(Person.id == Account.person_id, Person.left_at == Account.deactivated_at)


def sign_ins_touched(run: ImportRun) -> list[str]:
    """Return a sentence for each sign-in with rights that a staged run affects.

    Addresses are kept, sign-ins end or stay ended, and roles for a department reach people whom the file moves there.
    """
    if not run.is_staged or run.is_blocked:
        return []
    return [*_ending(run), *_kept(run), *_staying_ended(run), *_reaching(run)]


def _kept(run: ImportRun) -> list[str]:
    if "email" not in filled(run) or not any(run.count(kind) for kind in KNOWN):
        return []
    wanted, holders = desired(run, *KNOWN), held()
    other = select(Account.name).where(
        Account.email == holders.c.email,
        Account.person_id.is_distinct_from(holders.c.person_id),
        Account.deactivated_at.is_(None),
        guarded(),
    )
    rows = (
        select(wanted.c.line, holders.c.name, holders.c.email, wanted.c.email, other.scalar_subquery())
        .join(holders, holders.c.person_id == wanted.c.person_id)
        .where(wanted.c.email.is_not(None), wanted.c.email.is_distinct_from(holders.c.email))
        .order_by(wanted.c.line)
    )
    return [
        f"Line {line}: {name} {_how_kept(name, email, new, holder)}"
        for line, name, email, new, holder in db.session.execute(rows)
    ]


def _how_kept(name: str, email: str | None, new: str, holder: str | None) -> str:
    if email is None:
        return f"has a post and had no address until now, and signs in with {new} when an administrator confirms it."
    if holder is not None and not is_same_name(holder, name):
        return f"has a post, but {email} is the sign-in of {holder}; {name} signs in with {new} when an administrator confirms it."
    return f"goes on signing in with {email} until an administrator confirms {new}; both addresses are told."


def _ending(run: ImportRun) -> list[str]:
    return [
        f"{named(account)} is missing from the file: their sign-in {account.email} ends."
        for account in active_guarded(leavers_of(run))
    ]


def active_guarded(people: Select[int]) -> Sequence[Account]:
    """Return the open guarded sign-ins of these people, by name."""
    active = (Account.person_id.in_(people), Account.deactivated_at.is_(None), guarded())
    return db.session.scalars(select(Account).where(*active).order_by(by_name(Account.name), Account.id)).all()


def named(account: Account) -> str:
    """Return the account's name with its roles."""
    roles = dict.fromkeys(grant.role.word.lower() for grant in open_grants(account.id))
    return f"{account.name} ({', '.join(roles)})" if roles else account.name


def _staying_ended(run: ImportRun) -> list[str]:
    if not run.count(ChangeKind.RETURNED):
        return []
    return [*_staying_ended_with_post(run), *_staying_ended_as_before(run)]


def _staying_ended_with_post(run: ImportRun) -> list[str]:
    """Return sentences about people who return to a post with another address and never signed in.

    Their sign-in waits for an administrator.
    """
    if "email" not in filled(run):
        return []
    wanted = desired(run, ChangeKind.RETURNED)
    rows = (
        select(wanted.c.line, Person.name, wanted.c.email)
        .join(Person, Person.id == wanted.c.person_id)
        .where(wanted.c.email.is_not(None), wanted.c.email.is_distinct_from(Person.email))
        .where(has_post(Person.id), ~exists().where(Account.person_id == Person.id))
        .order_by(wanted.c.line)
    )
    return [
        f"Line {line}: {name} is back to a post with another address, and signs in with {email} when an administrator lets them in."
        for line, name, email in db.session.execute(rows)
    ]


def _staying_ended_as_before(run: ImportRun) -> list[str]:
    back = (StagedMatch.run_id == run.id, StagedMatch.kind == ChangeKind.RETURNED)
    rows = (
        select(StagedMatch.line, Account.name, Account.email)
        .join(Account, Account.person_id == StagedMatch.person_id)
        .where(*back, ended_with_leaving(), guarded())
        .order_by(StagedMatch.line)
    )
    return [
        f"Line {line}: {name} is back, but their sign-in {email} stays ended until an administrator lets them in."
        for line, name, email in db.session.execute(rows)
    ]


def _reaching(run: ImportRun) -> list[str]:
    granted = select(Grant, Department).join(Department, Department.id == Grant.department_id)
    places = db.session.execute(granted.where(Grant.withdrawn_at.is_(None)).order_by(Grant.id)).all()
    if not places or "department_id" not in filled(run) or not any(run.count(kind) for kind in KNOWN):
        return []
    wanted = desired(run, *KNOWN)
    path = case((wanted.c.to_new_department, wanted.c.department))
    moves = (wanted.c.old_department_id, wanted.c.department_id, path)
    moved = wanted.c.to_new_department | wanted.c.old_department_id.is_distinct_from(wanted.c.department_id)
    counted = db.session.execute(select(*moves, func.count()).where(moved).group_by(*moves)).all()
    known = dict(db.session.execute(select(Department.id, Department.lineage)).all())
    new = lineages_above(run.new_departments)
    said = []
    for grant, place in places:
        number = sum(
            many
            for old, department_id, path, many in counted
            if (new.get(path, "") if path else known.get(department_id, "")).startswith(place.lineage)
            and not known.get(old, "").startswith(place.lineage)
        )
        if number:
            who = f"{grant.account.name}, who is {grant.role.word.lower()} in {place.path},"
            said.append(f"{who} will reach {plural(number, 'person', 'people')} whom this file moves there.")
    return said
