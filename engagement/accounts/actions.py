"""Changes of accounts: making them, giving roles, signing in and ending every session."""

import hashlib
import hmac
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select

from engagement import audit, clock
from engagement.accounts import queries
from engagement.accounts.links import OneTimeLink
from engagement.accounts.models import Account, Grant, SignInAttempt, UsedLink
from engagement.accounts.rules import (
    ATTEMPT_WINDOW,
    ATTEMPTS_PER_ADDRESS,
    ATTEMPTS_PER_PLACE,
    Role,
    Scope,
    password_problem,
    scope_problem,
)
from engagement.audit import Actor
from engagement.db import db, insert_new, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.people.models import Person

TOO_MANY = "There were too many attempts. Wait 15 minutes, then try again."
WRONG = "The address or the password is not right."


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nothing() -> str:
    return _hasher().hash("nobody has this password")


def make_account(
    email: str, name: str, *, by: Actor, password: str | None = None, is_demonstration: bool = False
) -> Account:
    """Make a sign-in, tied to the person in the directory with the same address.

    Raises BadInput for an address that is malformed or taken, a missing name, or a weak password.
    """
    email, name = email.strip().lower(), " ".join(name.split())
    local, at, domain = email.partition("@")
    if not (local and at and domain) or any(c.isspace() or not c.isprintable() for c in email) or len(email) > 254:
        raise BadInput(f"“{email}” is not an e-mail address.", {"email": "Write an address such as name@example.com."})
    if not name or len(name) > 400:
        raise BadInput("A sign-in needs a name.", {"name": "Write the person’s name, at most 400 characters."})
    if queries.account_by_email(email):
        raise BadInput(f"{email} has a sign-in already.", {"email": "This address has a sign-in already."})
    person = queries.active_person_by_email(email)
    if person is not None and queries.account_of_person(person.id):
        raise BadInput(f"{person.name} has a sign-in already.", {"email": "This person has a sign-in already."})
    _free_address(email)
    account = Account(
        email=email,
        name=name,
        person_id=person.id if person else None,
        session_version=1,
        made_at=clock.now(),
        is_demonstration=is_demonstration,
    )
    if password is not None:
        _set_hash(account, password)
    db.session.add(account)
    audit.record("made sign-in", account, by=by, name=email, person_id=account.person_id)
    return account


def _free_address(email: str) -> None:
    """Take an address from the account that was once made with it, whose person has another one by now, or has left."""
    holder = db.session.scalar(select(Account).where(Account.email == email))
    if holder is not None:
        holder.email = f"formerly-{holder.id}@invalid"
        db.session.flush()


def account_for_person(person: Person) -> Account:
    """Return the sign-in of a person in the directory, making it where there is none yet.

    Raises RuleBroken for somebody who has left.
    """
    if person.has_left or not person.email:
        raise RuleBroken("This address can’t sign in any more. Ask the change team.")
    account = queries.account_by_email(person.email)
    if account is None:
        account = make_account(person.email, person.name, by=Actor(None, person.name, person.id))
    if account.person_id is None:
        account.person_id = person.id
    return account


def set_password(account: Account, password: str, *, by: Actor) -> None:
    """Set a new password and end every session of the account. Raises BadInput for a weak one."""
    _set_hash(account, password)
    end_sessions(account)
    audit.record("set password", account, by=by, name=account.address, person_id=account.person_id)


def _set_hash(account: Account, password: str) -> None:
    problem = password_problem(password, account.address)
    if problem:
        raise BadInput(problem, {"password": problem})
    account.password_hash = _hasher().hash(password)


def grant_role(
    account: Account,
    role: Role,
    *,
    by: Actor,
    programme_id: int | None = None,
    wave_id: int | None = None,
    department_id: int | None = None,
) -> Grant:
    """Give a role, for everything or for one programme, wave or department. Giving it twice changes nothing.

    Raises BadInput where the role would open nothing there, see `rules.SCOPES`.
    """
    given = ((Scope.PROGRAMME, programme_id), (Scope.WAVE, wave_id), (Scope.DEPARTMENT, department_id))
    for scope in (kind for kind, number in given if number is not None):
        problem = scope_problem(role, scope)
        if problem:
            raise BadInput(problem, {"scope": problem})
    db.session.flush()
    for grant in queries.open_grants(account.id):
        same_scope = (grant.programme_id, grant.wave_id, grant.department_id) == (programme_id, wave_id, department_id)
        if grant.role is role and same_scope:
            return grant
    grant = Grant(
        account=account,
        role=role,
        programme_id=programme_id,
        wave_id=wave_id,
        department_id=department_id,
        granted_at=clock.now(),
        granted_by=by.name,
    )
    db.session.add(grant)
    audit.record(
        "gave role",
        account,
        by=by,
        name=account.address,
        changes={"role": (None, role)},
        programme_id=programme_id,
        wave_id=wave_id,
        department_id=department_id,
    )
    return grant


def withdraw_grant(grant: Grant, *, by: Actor) -> None:
    """Take a role back; the change holds from the next page on.

    Raises RuleBroken when nobody would be left to administer the service.
    """
    if grant.role is Role.ADMINISTRATOR and len(queries.accounts_holding(Role.ADMINISTRATOR)) <= 1:
        raise RuleBroken("This is the last administrator. Make somebody else one first.")
    grant.withdrawn_at = clock.now()
    audit.record(
        "withdrew role", grant.account, by=by, name=grant.account.address, changes={"role": (grant.role, None)}
    )


def deactivate(account: Account, *, by: Actor) -> None:
    """Forbid an account to sign in and end its sessions at once. Doing it twice changes nothing.

    Raises RuleBroken for the last active administrator.
    """
    if account.deactivated_at is not None:
        return
    administrators = queries.accounts_holding(Role.ADMINISTRATOR)
    if [a.id for a in administrators] == [account.id]:
        raise RuleBroken("This is the last administrator. Make somebody else one first.")
    account.deactivated_at = clock.now()
    end_sessions(account)
    audit.record("deactivated sign-in", account, by=by, name=account.address, person_id=account.person_id)


def reactivate(account: Account, *, by: Actor) -> None:
    """Let a deactivated account sign in again. Raises RuleBroken when its person has left."""
    if account.person is not None and account.person.has_left:
        raise RuleBroken(f"{account.name} has left according to the HR file.")
    account.deactivated_at = None
    audit.record("reactivated sign-in", account, by=by, name=account.address, person_id=account.person_id)


def end_with_leaving(person: Person, *, by: Actor) -> None:
    """Mark somebody as left, and end their sign-in and every session at the same moment.

    Raises RuleBroken for the last active administrator.
    """
    people.mark_as_left(person, by=by)
    account = queries.account_of_person(person.id)
    if account is not None and account.is_active:
        deactivate(account, by=by)
        account.deactivated_at = person.left_at


def return_with_sign_in(person: Person, *, by: Actor) -> None:
    """Take somebody back, with the sign-in that ended when they left; one that somebody ended otherwise stays ended.

    Raises RuleBroken when the address has gone to somebody else.
    """
    account = queries.account_of_person(person.id)
    ended_then = account is not None and account.deactivated_at == person.left_at
    people.take_back(person, by=by)
    if account is not None and ended_then:
        reactivate(account, by=by)


def end_sessions(account: Account) -> None:
    """End every session of the account, on every device, copied cookies included."""
    account.session_version = Account.session_version + 1


def choose_timezone(account: Account, timezone: str | None) -> None:
    """Show this account's times in another IANA zone, None for the person's or organisation's own."""
    account.timezone = timezone


def sign_in_with_password(email: str, password: str, *, place: str, secret: str) -> Account:
    """Return the account whose address and password these are, counting the attempt otherwise.

    `place` is the network address asked from. Raises BadInput with equal words for an unknown address, a wrong password
    and a deactivated account, after equal work; and with other words once too many attempts were made.
    """
    _refuse_when_tried_too_often(email, place, secret)
    account = queries.account_by_email(email)
    stored = account.password_hash if account else None
    if not _fits(stored or _hash_of_nothing(), password) or account is None or stored is None or not account.is_active:
        count_attempt(email, place, secret)
        raise BadInput(WRONG, {"password": WRONG})
    if _hasher().check_needs_rehash(stored):
        account.password_hash = _hasher().hash(password)
    return account


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password[:1000])
    except (VerificationError, InvalidHashError):
        return False


def count_attempt(email: str, place: str, secret: str) -> None:
    """Count a failed sign-in, or a link that was asked for, under the address and under the place; forget old ones."""
    for key in _attempt_keys(email, place, secret):
        db.session.add(SignInAttempt(key=key, at=clock.now()))
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - ATTEMPT_WINDOW))


def refuse_link_when_asked_too_often(email: str, place: str, secret: str) -> None:
    """Count a request for a sign-in link; raise BadInput when too many were made, for known and unknown addresses alike."""
    _refuse_when_tried_too_often(email, place, secret)
    count_attempt(email, place, secret)


def _refuse_when_tried_too_often(email: str, place: str, secret: str) -> None:
    by_address, by_place = _attempt_keys(email, place, secret)
    if (
        queries.recent_attempts(by_address) >= ATTEMPTS_PER_ADDRESS
        or queries.recent_attempts(by_place) >= ATTEMPTS_PER_PLACE
    ):
        raise BadInput(TOO_MANY, {"email": TOO_MANY})


def _attempt_keys(email: str, place: str, secret: str) -> tuple[str, str]:
    def key(kind: str, value: str) -> str:
        return hmac.new(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    return key("address", email.strip().lower()), key("place", place)


def use_link(link: OneTimeLink) -> Account:
    """Use a one-time link up and return whom it signs in.

    Raises RuleBroken when it was used before (also at the same moment by another process), or when its person has left.
    """
    if not claim_link(link):
        raise RuleBroken("This link was used already. Ask for a new one.")
    if link.account_id is not None:
        account = db.session.get(Account, link.account_id)
    else:
        person = db.session.get(Person, link.person_id)
        account = account_for_person(person) if person else None
    if account is None or not account.is_active:
        raise RuleBroken("This address can’t sign in any more. Ask the change team.")
    return account


def claim_link(link: OneTimeLink) -> bool:
    """Remember a link as used; return False when somebody was first."""
    statement = (
        insert_new(UsedLink)
        .values(fingerprint=link.fingerprint, purpose=link.purpose, used_at=clock.now())
        .on_conflict_do_nothing(index_elements=["fingerprint"])
    )
    return bool(rows_changed(statement))
