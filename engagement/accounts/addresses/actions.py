"""Makes addresses of sign-ins follow the directory, and confirms those that wait."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select, update
from sqlalchemy.orm import aliased

from engagement import audit, clock
from engagement.accounts.addresses.queries import (
    WITHOUT_ADDRESS,
    guarded,
    has_post,
    holder_of,
    is_guarded,
    is_theirs,
)
from engagement.accounts.letters import actions as letters
from engagement.accounts.models import Account, Grant
from engagement.addresses import kept_form
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.people.by_hand.actions import correct
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Person
from engagement.searching import by_name
from engagement.verbs import Verb

_STAND_IN = literal("formerly-") + cast(Account.id, String) + literal("@invalid")


def keep_posts(people: ColumnElement[bool]) -> None:
    """Make sign-ins for people (a condition on `Person`) with a post and none yet, before their address changes.

    Otherwise anybody who asks for a link at the new address would get the post too. The sign-in of somebody who has
    left is ended. If their old address is missing or is somebody else's sign-in, theirs waits without an address.
    """
    without = ~exists().where(Account.person_id == Person.id)
    for person in db.session.scalars(select(Person).where(people, has_post(Person.id), without)).all():
        there = db.session.scalar(select(Account).where(Account.email == person.email)) if person.email else None
        if there is not None and is_theirs(there, person):
            tie(there, person)
            continue
        is_own = bool(person.email) and not _is_elsewhere(person, there)
        if is_own and there is not None:
            give_up(there)
        account = Account(
            email=person.email if is_own else f"{WITHOUT_ADDRESS}{person.id}@invalid",
            name=person.name,
            person_id=person.id,
            session_version=1,
            made_at=clock.now(),
            deactivated_at=person.left_at,
        )
        db.session.add(account)
    db.session.flush()


def _is_elsewhere(person: Person, there: Account | None) -> bool:
    """Return whether somebody else has a person's address; `there` signs in with it. Leavers don't keep theirs."""
    if there is not None and there.is_active and is_guarded(there):
        return True
    others = exists().where(Person.email == person.email, Person.left_at.is_(None), Person.id != person.id)
    return person.has_left and (there is not None or bool(db.session.scalar(select(others))))


def tie_to_directory(accounts: ColumnElement[bool], *, by: Actor | None = None) -> None:
    """Tie sign-ins (a condition on `Account`) that are older than the directory to the people there who are theirs.

    Nobody gets a second sign-in. Without `by`, each of them does it by signing in.
    """
    db.session.flush()
    own = aliased(Account)
    free = (Account.person_id.is_(None), Person.left_at.is_(None), ~exists().where(own.person_id == Person.id))
    pairs = select(Account, Person).join(Person, Person.email == Account.email).where(accounts, *free)
    for account, person in db.session.execute(pairs.order_by(Account.id)).all():
        if is_theirs(account, person):
            tie(account, person, by=by)


def tie(account: Account, person: Person, *, by: Actor | None = None) -> None:
    """Tie a sign-in that belonged to nobody in the directory to this person, who does it unless `by` says who."""
    account.person = person
    db.session.flush()
    audit.record(Verb.TIED_SIGN_IN, account, by=by or Actor(account.id, person.name, person.id))


def give_up(account: Account) -> None:
    """Take the address and all sessions from a sign-in that has ended or opens nothing; its new holder needs it.

    Raises RuleBroken for a guarded one that has not ended: no file and no newcomer takes its address.
    """
    if account.is_active and is_guarded(account):
        raise RuleBroken(
            f"{account.email} is the sign-in of {account.name}, who has rights here. End that sign-in first, or correct the directory."
        )
    account.email = f"formerly-{account.id}@invalid"
    account.session_version = Account.session_version + 1
    db.session.flush()


def follow_directory(people: ColumnElement[bool], *, by: Actor) -> None:
    """Give the sign-ins of these people (a condition on `Person`) their addresses from the directory.

    Their sessions end, because the former mailbox's reader may have started them. A guarded sign-in keeps its address,
    and the difference is recorded. Both addresses are told in either case. Raises RuleBroken when somebody would have
    no address left.
    """
    db.session.flush()
    here = (Person.id == Account.person_id, people, Person.left_at.is_(None), Person.email.is_not(None))
    differs = exists().where(*here, Person.email != Account.email)
    following = and_(differs, ~guarded())
    formers = select(Account.id, Account.email).where(following, Account.deactivated_at.is_(None))
    former = {row.id: row.email for row in db.session.execute(formers)}
    _stand_in(following)
    wanted = exists().where(
        people, Person.left_at.is_(None), Person.email == Account.email, Person.id.is_distinct_from(Account.person_id)
    )
    _stand_in(and_(wanted, or_(Account.deactivated_at.is_not(None), ~guarded())))
    other = aliased(Account)
    free = ~exists().where(other.email == Person.email)
    theirs = select(Person.email).where(Person.id == Account.person_id).scalar_subquery()
    settled = and_(Account.email == _STAND_IN, exists().where(*here, free), ~guarded())
    rows_changed(update(Account).where(settled).values(email=theirs))
    db.session.expire_all()
    _tell_of_followed(people, former)
    _tell_of_kept(people, by)


def correct_person(person: Person, values: Mapping[str, Any], *, by: Actor) -> set[HandField]:
    """Correct somebody by hand (see `by_hand.correct`), with the sign-in that goes by their name and address.

    Raises BadInput as that does, and for the address of somebody else's sign-in.
    """
    address = kept_form(str(values.get("email", "")))
    if address and address != person.email:
        if holder := holder_of(address, apart_from=person.id):
            said = f"{holder} signs in with {address}. Give another address, or let an administrator end that sign-in."
            raise BadInput(said, {"email": said})
        keep_posts(Person.id == person.id)
    fields = correct(person, values, by=by)
    if HandField.NAME in fields:
        rows_changed(update(Account).where(Account.person_id == person.id).values(name=person.name))
    if HandField.EMAIL in fields:
        follow_directory(Person.id == person.id, by=by)
    return fields


def _stand_in(accounts: ColumnElement[bool]) -> None:
    rows_changed(update(Account).where(accounts).values(email=_STAND_IN, session_version=Account.session_version + 1))


def _tell_of_followed(people: ColumnElement[bool], former: dict[int, str]) -> None:
    rows = select(Account, Person.email).join(Person, Person.id == Account.person_id)
    active = (people, Person.left_at.is_(None), Account.deactivated_at.is_(None))
    moved = [(account, address) for account, address in db.session.execute(rows.where(*active)) if account.id in former]
    for account, address in moved:
        if account.email != address:
            holder = holder_of(str(address), apart_from=account.person_id) or "somebody else"
            raise RuleBroken(
                f"{address} is the sign-in of {holder}, so {account.name} can’t have it. End that sign-in first, or correct the directory."
            )
    letters.tell_of_followed_address((account, former[account.id]) for account, _ in moved)


def _tell_of_kept(people: ColumnElement[bool], by: Actor) -> None:
    rows = select(Account, Person.email).join(Person, Person.id == Account.person_id)
    differing = (Person.left_at.is_(None), Person.email.is_not(None), Person.email != Account.email)
    kept = [
        (account, str(address))
        for account, address in db.session.execute(rows.where(people, *differing, Account.deactivated_at.is_(None)))
    ]
    for account, address in kept:
        changes = {"email": (account.email, account.email), "address in the directory": (None, address)}
        audit.record(Verb.KEPT_SIGN_IN_ADDRESS, account, by=by, **changes)
    letters.tell_of_kept_address(kept)


def confirm_address(account: Account, address: str, *, by: Actor) -> None:
    """Let an account sign in with the directory's address; its sessions end and both addresses are told.

    An account without a role also loses its password: the former mailbox's reader may have set it, and roles may come
    later. `address` is what the administrator saw. Raises RuleBroken when the directory has another one by now, or when
    it is somebody else's.
    """
    db.session.flush()
    confirm_addresses({account.id: address}, by=by)


def confirm_addresses(shown: Mapping[int, str], *, by: Actor) -> list[Account]:
    """Give sign-ins (by id) the addresses that were `shown` to the administrator; return the changed ones.

    Each mailbox gets one letter for each sign-in. Raises RuleBroken as `confirm_address` does; the caller then rolls
    all back.
    """
    rows = select(Account).where(Account.id.in_(shown)).order_by(by_name(Account.name), Account.id)
    accounts = db.session.scalars(rows).all()
    former = {account.id: account.email for account in accounts}
    wanted = {account.person.email for account in accounts if account.person}
    for account in accounts:
        if account.email in wanted and account.person and account.person.email != account.email:
            # Two accounts may swap addresses, so all old ones are freed first.
            account.email = f"moving-{account.id}@invalid"
    db.session.flush()
    moved = [(each, former[each.id]) for each in accounts if _let_have(each, shown[each.id], former[each.id], by)]
    letters.tell_of_confirmed_address(moved)
    return [account for account, _ in moved]


def _let_have(account: Account, address: str, former: str, by: Actor) -> bool:
    """Replace an account's `former` address with the new one; return whether they differ."""
    person = account.person
    if person is None or person.has_left or not person.email or person.email != kept_form(address):
        raise RuleBroken("The directory has another address for this person by now. Look at it again, then decide.")
    if person.email == former:
        return False
    holder = holder_of(person.email, apart_from=person.id)
    if holder is not None:
        raise RuleBroken(
            f"{person.email} is the sign-in address of {holder}. End that sign-in first, or correct the directory. "
            "Where both wait for the address of the other, tick both and confirm them together."
        )
    for other in db.session.scalars(select(Account).where(Account.email == person.email)):
        give_up(other)
    account.email, account.link_asked_at = person.email, None
    if not db.session.scalar(select(exists().where(Grant.account_id == account.id, Grant.withdrawn_at.is_(None)))):
        account.password_hash = None
    account.session_version = Account.session_version + 1
    audit.record(Verb.CONFIRMED_SIGN_IN_ADDRESS, account, by=by, email=(former, account.email))
    return True
