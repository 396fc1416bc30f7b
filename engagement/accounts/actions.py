"""Changes of accounts: making them, giving roles, signing in and ending sessions."""

from sqlalchemy import select

from engagement import audit, clock
from engagement.accounts import queries
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.addresses.queries import holder_of, is_guarded, is_theirs, refuse_elsewhere, scope_in_words
from engagement.accounts.attempts import actions as attempts
from engagement.accounts.attempts.rules import ORDINARY, Limits, Way
from engagement.accounts.links.queries import NO_MORE, refuse_from_elsewhere
from engagement.accounts.links.rules import OneTimeLink
from engagement.accounts.models import Account, Grant, UsedLink
from engagement.accounts.passwords import rules as passwords
from engagement.accounts.rules import Role, Scope, scope_problem
from engagement.addresses import kept_form
from engagement.audit import Actor
from engagement.db import db, insert_new, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.verbs import Verb

WRONG = "The address or the password is not right."


def make_account(
    email: str,
    name: str,
    *,
    by: Actor,
    password: str | None = None,
    organisation: str = "",
    is_demonstration: bool = False,
    signs_in: bool = False,
) -> Account:
    """Make a sign-in, tied to the person in the directory with the same address.

    A password must not be the organisation's name. When somebody in the directory makes it by signing in (`signs_in`),
    only the day is stored, as for every sign-in of people without a role, and the audit entry comes with that day's
    sign-ins. Raises BadInput for a malformed or taken address, a missing name, or a weak password.
    """
    email, name = kept_form(email), clean(name)
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
    # People who left or were erased give up the address.
    for former in db.session.scalars(select(Account).where(Account.email == email)):
        addresses.give_up(former)
    account = Account(
        email=email,
        name=name,
        person_id=person.id if person else None,
        session_version=1,
        made_at=clock.now().replace(hour=0, minute=0, second=0, microsecond=0) if signs_in else clock.now(),
        is_demonstration=is_demonstration,
    )
    if password is not None:
        _set_hash(account, password, organisation)
    db.session.add(account)
    if signs_in:
        db.session.flush()
    else:
        audit.record(Verb.MADE_SIGN_IN, account, by=by)
    return account


def account_for_person(person: Person, *, signs_in: bool = False) -> Account:
    """Return the sign-in of a person in the directory, made if there is none.

    An account with their address and name that belongs to nobody in the directory becomes theirs. Raises RuleBroken for
    somebody who has left, or when the address is somebody else's sign-in.
    """
    if person.has_left or not person.email:
        raise RuleBroken(NO_MORE)
    own = queries.account_of_person(person.id)
    if own is not None:
        return own
    there = queries.account_by_email(person.email)
    if there is not None and is_theirs(there, person):
        addresses.tie(there, person)
        return there
    if there is not None:
        if there.person_id is not None or (there.is_active and is_guarded(there)):
            raise RuleBroken(f"{person.email} is the sign-in of {there.name}. Ask an administrator to say whose it is.")
        addresses.give_up(there)
    return make_account(person.email, person.name, by=Actor(None, person.name, person.id), signs_in=signs_in)


def rename(account: Account, name: str, *, by: Actor) -> None:
    """Rename the account of somebody outside the directory; others get their name from the directory.

    Raises RuleBroken for the account of somebody in the directory, BadInput for a missing name.
    """
    name = clean(name)
    if account.person_id is not None:
        raise RuleBroken(f"{account.name} is in the directory, which says what they are called.")
    if not name or len(name) > 400:
        raise BadInput("A sign-in needs a name.", {"name": "Write the person’s name, at most 400 characters."})
    audit.record(Verb.RENAMED_SIGN_IN, account, by=by, name=(account.name, name))
    account.name = name


def set_password(account: Account, password: str, *, by: Actor, organisation: str = "") -> None:
    """Set a new password and end the account's sessions. Raises BadInput for a weak or known password."""
    _set_hash(account, password, organisation)
    end_sessions(account)
    audit.record(Verb.SET_PASSWORD, account, by=by)


def _set_hash(account: Account, password: str, organisation: str) -> None:
    problem = passwords.password_problem(password, account.email, account.name, organisation)
    if problem:
        raise BadInput(problem, {"password": problem})
    account.password_hash = passwords.hash_of(password)


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

    The first role ends the sessions: no older session may gain it. Raises BadInput when the role would open nothing
    there (see `rules.SCOPES`), and for an account whose address differs from the directory's.
    """
    given = ((Scope.PROGRAMME, programme_id), (Scope.WAVE, wave_id), (Scope.DEPARTMENT, department_id))
    for scope in (kind for kind, number in given if number is not None):
        problem = scope_problem(role, scope)
        if problem:
            raise BadInput(problem, {"scope": problem})
    db.session.flush()
    refuse_elsewhere(account)
    if not (present := queries.open_grants(account.id)):
        end_sessions(account)
    for grant in present:
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
        Verb.GAVE_ROLE, audit.about(account, grant), by=by, role=(None, role), where=(None, scope_in_words(grant))
    )
    return grant


def withdraw_grant(grant: Grant, *, by: Actor) -> None:
    """Withdraw a role, with effect from the next page.

    Raises RuleBroken for the last active administrator.
    """
    holding = [account.id for account in queries.accounts_holding(Role.ADMINISTRATOR)]
    if grant.role is Role.ADMINISTRATOR and holding == [grant.account_id]:
        raise RuleBroken("This is the last administrator. Make somebody else one first.")
    grant.withdrawn_at = clock.now()
    changes = {"role": (grant.role, None), "where": (scope_in_words(grant), None)}
    audit.record(Verb.WITHDREW_ROLE, audit.about(grant.account, grant), by=by, **changes)


def deactivate(account: Account, *, by: Actor) -> None:
    """Forbid an account to sign in and end its sessions at once; one that waits since its person returned stays ended.

    Doing it twice changes nothing. Raises RuleBroken for the last active administrator.
    """
    if account.deactivated_at is not None:
        if account.returned_at is not None:
            account.returned_at = None
            audit.record(Verb.LEFT_SIGN_IN_ENDED, account, by=by)
        return
    administrators = queries.accounts_holding(Role.ADMINISTRATOR)
    if [a.id for a in administrators] == [account.id]:
        raise RuleBroken("This is the last administrator. Make somebody else one first.")
    account.deactivated_at, account.returned_at = clock.now(), None
    end_sessions(account)
    audit.record(Verb.DEACTIVATED_SIGN_IN, account, by=by)


def reactivate(account: Account, *, by: Actor) -> None:
    """Let a deactivated account sign in again. Raises RuleBroken when its person has left."""
    if account.person is not None and account.person.has_left:
        raise RuleBroken(f"{account.name} has left according to the HR file.")
    account.deactivated_at = account.returned_at = None
    audit.record(Verb.REACTIVATED_SIGN_IN, account, by=by)


def end_with_leaving(person: Person, *, by: Actor) -> None:
    """Mark somebody as left, and end their sign-in and every session in the same transaction.

    Raises RuleBroken for the last active administrator.
    """
    people.mark_as_left(person, by=by)
    account = queries.account_of_person(person.id)
    if account is not None and (account.is_active or account.returned_at is not None):
        deactivate(account, by=by)
        account.deactivated_at = person.left_at


def return_with_sign_in(person: Person, *, by: Actor) -> None:
    """Take somebody back, and reopen the sign-in that ended when they left; one ended otherwise stays ended.

    A guarded one (see `addresses/`) also stays ended, and waits for an administrator. Raises RuleBroken when somebody
    else has the address now.
    """
    account = queries.account_of_person(person.id)
    ended_then = account is not None and account.deactivated_at == person.left_at
    holder = holder_of(person.email, apart_from=person.id) if person.email else None
    if holder is not None:
        raise RuleBroken(f"{holder} signs in with {person.email} now. Give {person.name} another address first.")
    people.take_back(person, by=by)
    if account is not None and ended_then:
        if is_guarded(account):
            account.returned_at = clock.now()
        else:
            reactivate(account, by=by)
    addresses.follow_directory(Person.id == person.id, by=by)


def end_sessions(account: Account) -> None:
    """End every session of the account, on every device, including copied cookies."""
    account.session_version = Account.session_version + 1


def choose_timezone(account: Account, timezone: str | None) -> None:
    """Show this account's times in an IANA zone; None for that of the person or the organisation."""
    account.timezone = timezone


def sign_in_with_password(email: str, password: str, *, place: str, secret: str, limits: Limits = ORDINARY) -> Account:
    """Return the account with this address and password, tied to its person; count the attempt if there is none.

    `place` is the network address of the request. Raises BadInput with the same words, after the same work, for an
    unknown address, a wrong password and a deactivated account; with other words after too many attempts.
    """
    attempt = attempts.Attempt(Way.PASSWORD, email, place, secret, limits)
    attempts.refuse_when_tried_too_often(attempt)
    account = queries.account_by_email(email)
    stored = account.password_hash if account else None
    is_right = passwords.fits(stored or passwords.hash_of_nothing(), password)
    if not is_right or account is None or stored is None or not account.is_active:
        attempts.count_attempt(attempt)
        raise BadInput(WRONG, {"password": WRONG})
    if passwords.hasher().check_needs_rehash(stored):
        account.password_hash = passwords.hash_of(password)
    addresses.tie_to_directory(Account.id == account.id)
    return account


def use_link(link: OneTimeLink) -> Account:
    """Use up a one-time link and return the account that it signs in.

    Raises RuleBroken when it was used before (also at the same moment by another process), when its person has left, or
    when they now sign in with another address than it was sent to.
    """
    if not claim_link(link):
        raise RuleBroken("This link was used already. Ask for a new one.")
    if link.account_id is not None:
        account = db.session.get(Account, link.account_id)
    else:
        person = db.session.get(Person, link.person_id)
        account = account_for_person(person, signs_in=True) if person else None
    if account is None or not account.is_active:
        raise RuleBroken(NO_MORE)
    addresses.tie_to_directory(Account.id == account.id)
    refuse_from_elsewhere(link, account)
    return account


def claim_link(link: OneTimeLink) -> bool:
    """Remember a link as used; return False if it was used already."""
    statement = (
        insert_new(UsedLink)
        .values(fingerprint=link.fingerprint, purpose=link.purpose, used_at=clock.now())
        .on_conflict_do_nothing(index_elements=["fingerprint"])
    )
    return bool(rows_changed(statement))
