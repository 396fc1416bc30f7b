"""The address of a sign-in: it follows the directory, but for guarded sign-ins, whose new address an administrator confirms.

Whoever writes an HR file decides what the directory says. If that also decided where the links of an administrator go, the
file could take over everything. So a sign-in is guarded that has a password, that was ever given a role (its holder may still
own or approve messages when the role is gone), or whose person leads a wave or sponsors something. Heads of departments and
managers of people are not: the file itself says who they are, and what they see, whoever brings in files sees anyway.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    String,
    Subquery,
    and_,
    cast,
    exists,
    literal,
    or_,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.orm import aliased

from engagement import audit, clock
from engagement.accounts import letters
from engagement.accounts.models import Account, Grant
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.waves.models import Wave

_STAND_IN = literal("formerly-") + cast(Account.id, String) + literal("@invalid")


def guarded() -> ColumnElement[bool]:
    """Return the condition on `Account` for those that keep their address until an administrator confirms another."""
    granted = exists().where(Grant.account_id == Account.id)
    # Of nobody in the directory the question if they are in a list is neither true nor false.
    posted = and_(Account.person_id.is_not(None), has_post(Account.person_id))
    return or_(Account.password_hash.is_not(None), granted, posted)


def has_post(person_id: Any) -> ColumnElement[bool]:
    """Return the condition that a person (a column with their id) leads or sponsors something, which was said by hand."""
    posts = (Wave.lead_id, Wave.sponsor_id, Programme.sponsor_id)
    among: ColumnElement[bool] = person_id.in_(union(*(select(post).where(post.is_not(None)) for post in posts)))
    return among


def is_guarded(account: Account) -> bool:
    """Return whether `guarded` holds for an account."""
    db.session.flush()
    return bool(db.session.scalar(select(exists().where(Account.id == account.id, guarded()))))


def held() -> Subquery:
    """Return the addresses that nobody else can be given: email, person_id (None outside the directory) and name of each holder.

    They are those of guarded sign-ins that are not ended, and of whoever has a post without having signed in yet.
    """
    sign_ins = select(Account.email, Account.person_id, Account.name).where(Account.deactivated_at.is_(None), guarded())
    without = ~exists().where(Account.person_id == Person.id)
    posts = select(Person.email, Person.id, Person.name).where(Person.left_at.is_(None), has_post(Person.id), without)
    return union_all(sign_ins, posts).subquery("held")


def people_with_rights() -> CompoundSelect[int]:
    """Return the SELECT of the ids of people with a post, or with a guarded sign-in, also one that has ended or waits."""
    sign_ins = select(Account.person_id).where(Account.person_id.is_not(None), guarded())
    return union(sign_ins, select(Person.id).where(has_post(Person.id)))


def holder_of(email: str, *, apart_from: int | None) -> str | None:
    """Return the name of whoever holds an address as `held` says, None for nobody and for the person `apart_from`."""
    holders = held()
    mine = holders.c.person_id.is_not_distinct_from(apart_from) if apart_from is not None else literal(False)
    return db.session.scalar(select(holders.c.name).where(holders.c.email == email, ~mine).limit(1))


def is_same_name(one: str, other: str) -> bool:
    """Return whether two names may be of one person: all words of the shorter stand in the longer."""
    first, second = set(one.casefold().split()), set(other.casefold().split())
    return bool(first and second) and (first <= second or second <= first)


def keep_posts(people: ColumnElement[bool]) -> None:
    """Give a sign-in to those of these people (a condition on `Person`) who have a post and none yet, before their address changes.

    Otherwise whoever asked for a link at the new address would get the post with it. One of somebody who has left is ended.
    """
    without = ~exists().where(Account.person_id == Person.id)
    rows = select(Person).where(people, Person.email.is_not(None), has_post(Person.id), without)
    for person in db.session.scalars(rows).all():
        there = db.session.scalar(select(Account).where(Account.email == person.email))
        if there is not None and there.person_id is None and is_same_name(there.name, person.name):
            tie(there, person)
            continue
        # Who has left gave their address up to whoever has it now.
        others = exists().where(Person.email == person.email, Person.left_at.is_(None), Person.id != person.id)
        is_elsewhere = person.has_left and (there is not None or bool(db.session.scalar(select(others))))
        if there is not None and not is_elsewhere:
            give_up(there)
        account = Account(
            email=f"formerly-of-{person.id}@invalid" if is_elsewhere else person.email,
            name=person.name,
            person_id=person.id,
            session_version=1,
            made_at=clock.now(),
            deactivated_at=person.left_at,
        )
        db.session.add(account)
    db.session.flush()


def tie(account: Account, person: Person) -> None:
    """Say that a sign-in that belonged to nobody in the directory is this person's."""
    account.person_id = person.id
    db.session.flush()
    by = Actor(account.id, person.name, person.id)
    audit.record("tied sign-in to the directory", account, by=by, name=account.email, person_id=person.id)


def give_up(account: Account) -> None:
    """Take its address, and every session, from a sign-in that has ended or opens nothing, for whoever has the address now.

    Raises RuleBroken for one that is guarded and has not ended: no file and no newcomer takes an address from it.
    """
    if account.is_active and is_guarded(account):
        raise RuleBroken(
            f"{account.email} is the sign-in of {account.name}, who has rights here. End that sign-in first, or correct the directory."
        )
    account.email = f"formerly-{account.id}@invalid"
    account.session_version = Account.session_version + 1
    db.session.flush()


def follow_directory(people: ColumnElement[bool], *, by: Actor) -> None:
    """Let the sign-ins of these people (a condition on `Person`) have the addresses that the directory has for them now.

    The sessions of one that follows end: whoever has its former mailbox may have begun them. A guarded one keeps its own
    address, which is recorded. Both addresses are told either way. Raises RuleBroken where somebody would be left without one.
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
        audit.record(
            "kept sign-in address",
            account,
            by=by,
            name=account.email,
            changes={"email": (account.email, account.email), "address in the directory": (None, address)},
            person_id=account.person_id,
        )
    letters.tell_of_kept_address(kept)


def in_words(email: str) -> str:
    """Return the address of a sign-in, in words where it had to give its own up."""
    return email if letters.is_real(email) else "an address that somebody else has now"


@dataclass(frozen=True)
class Waiting:
    """A sign-in that an administrator has to look at: the address that the directory has for its person, and what waits."""

    account: Account
    address: str | None
    has_other_address: bool
    has_returned: bool

    @property
    def former(self) -> str:
        """Return the address that it signed in with until now, in words where that has gone to somebody else."""
        return in_words(self.account.email)


def refuse_elsewhere(account: Account) -> None:
    """Raise BadInput for an account that can't be given a right, because it signs in with another address than the directory has.

    Whoever reads that other mailbox would get the right.
    """
    if account.person is None or not signs_in_elsewhere(account):
        return
    problem = (
        f"{account.name} signs in with {account.email}; the directory has {account.person.email}. "
        "Look at “Sign-ins that wait” first."
    )
    raise BadInput(problem, {"email": problem})


def signs_in_elsewhere(account: Account) -> bool:
    """Return whether an account has another address than the directory has for its person."""
    return account.person is not None and bool(account.person.email) and account.person.email != account.email


def waiting_sign_ins() -> list[Waiting]:
    """Return the sign-ins that wait for an administrator, by name: another address in the directory, or a person who came back."""
    return [
        Waiting(account, address, address is not None and address != account.email, account.returned_at is not None)
        for account, address in db.session.execute(
            select(Account, Person.email)
            .join(Person, Person.id == Account.person_id)
            .where(Person.left_at.is_(None), _waits())
            .order_by(Account.name, Account.id)
        )
    ]


def _waits() -> ColumnElement[bool]:
    may_sign_in = or_(Account.deactivated_at.is_(None), Account.returned_at.is_not(None))
    return or_(and_(may_sign_in, Person.email != Account.email), Account.returned_at.is_not(None))


def confirm_address(account: Account, address: str, *, by: Actor) -> None:
    """Let an account sign in with the address that the directory has; its sessions end and both addresses are told.

    One without a role loses its password too: whoever reads the former mailbox may have set it, and roles may come later.
    `address` is what was shown to the administrator. Raises RuleBroken when the directory has another one by now, or when
    somebody else holds it.
    """
    person, former = account.person, account.email
    if person is None or person.has_left or not person.email or person.email != address.strip().lower():
        raise RuleBroken("The directory has another address for this person by now. Look at it again, then decide.")
    if person.email == former:
        return
    holder = holder_of(person.email, apart_from=person.id)
    if holder is not None:
        raise RuleBroken(
            f"{person.email} is the sign-in address of {holder}. End that sign-in first, or correct the directory."
        )
    for other in db.session.scalars(select(Account).where(Account.email == person.email)):
        give_up(other)
    account.email, account.link_asked_at = person.email, None
    if not db.session.scalar(select(exists().where(Grant.account_id == account.id, Grant.withdrawn_at.is_(None)))):
        account.password_hash = None
    account.session_version = Account.session_version + 1
    audit.record(
        "confirmed sign-in address",
        account,
        by=by,
        name=account.email,
        changes={"email": (former, account.email)},
        person_id=account.person_id,
    )
    letters.tell_of_confirmed_address(account, former)
