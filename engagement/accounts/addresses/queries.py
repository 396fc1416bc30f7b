"""Guarded sign-ins, reserved addresses, and what waits for an administrator."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Subquery, and_, exists, literal, or_, select, union, union_all

from engagement.accounts.letters.queries import is_real
from engagement.accounts.models import Account, Grant
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput
from engagement.letters import search_words
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme
from engagement.searching import by_name
from engagement.waves.models import Wave


def guarded() -> ColumnElement[bool]:
    """Return the condition on `Account` that its address changes only when an administrator confirms it."""
    granted = exists().where(Grant.account_id == Account.id)
    # Without a person, IN would be NULL, neither true nor false.
    posted = and_(Account.person_id.is_not(None), has_post(Account.person_id))
    return or_(Account.password_hash.is_not(None), granted, posted)


def has_post(person_id: Any) -> ColumnElement[bool]:
    """Return the condition that a person (a column of ids) was named by hand as a lead or sponsor."""
    posts = (Wave.lead_id, Wave.sponsor_id, Programme.sponsor_id)
    among: ColumnElement[bool] = person_id.in_(union(*(select(post).where(post.is_not(None)) for post in posts)))
    return among


def is_guarded(account: Account) -> bool:
    """Return whether an account is guarded, as `guarded` defines it."""
    db.session.flush()
    return bool(db.session.scalar(select(exists().where(Account.id == account.id, guarded()))))


def held() -> Subquery:
    """Return the reserved addresses: email, person_id (None outside the directory) and name of each holder.

    Holders are guarded sign-ins that have not ended, and people with a post who never signed in.
    """
    sign_ins = select(Account.email, Account.person_id, Account.name).where(Account.deactivated_at.is_(None), guarded())
    without = ~exists().where(Account.person_id == Person.id)
    posts = select(Person.email, Person.id, Person.name).where(Person.left_at.is_(None), has_post(Person.id), without)
    return union_all(sign_ins, posts).subquery("held")


def people_with_rights() -> CompoundSelect[int]:
    """Return a SELECT of the ids of people with a post or a guarded sign-in, ended and waiting ones included."""
    sign_ins = select(Account.person_id).where(Account.person_id.is_not(None), guarded())
    return union(sign_ins, select(Person.id).where(has_post(Person.id)))


def holder_of(email: str, *, apart_from: int | None) -> str | None:
    """Return the name of the holder of an address by `held`, None for nobody or the person `apart_from`."""
    holders = held()
    mine = holders.c.person_id.is_not_distinct_from(apart_from) if apart_from is not None else literal(False)
    return db.session.scalar(select(holders.c.name).where(holders.c.email == email, ~mine).limit(1))


def is_theirs(account: Account, person: Person) -> bool:
    """Return whether a sign-in with the address of a person is theirs: it belongs to nobody else, and has their name."""
    return account.person_id is None and is_same_name(account.name, person.name)


def is_same_name(one: str, other: str) -> bool:
    """Return whether two names may be one person's: the longer one has all words of the shorter."""
    first, second = set(search_words(one)), set(search_words(other))
    return bool(first and second) and (first <= second or second <= first)


def signs_in_elsewhere(account: Account) -> bool:
    """Return whether an account's address differs from the one in the directory."""
    return account.person is not None and bool(account.person.email) and account.person.email != account.email


def refuse_elsewhere(account: Account) -> None:
    """Raise BadInput for an account that can't get a right because its address differs from the directory's.

    The reader of that other mailbox would get the right.
    """
    if account.person is None or not signs_in_elsewhere(account):
        return
    problem = (
        f"{account.name} signs in with {account.email}; the directory has {account.person.email}. "
        "Look at “Sign-ins that wait” first."
    )
    raise BadInput(problem, {"email": problem})


#: The start of the stand-in for a sign-in that never had an address.
WITHOUT_ADDRESS = "formerly-of-"


def in_words(email: str) -> str:
    """Return the address of a sign-in; words for a sign-in without one."""
    if is_real(email):
        return email
    return "no address so far" if email.startswith(WITHOUT_ADDRESS) else "an address that somebody else has now"


@dataclass(frozen=True)
class Waiting:
    """A sign-in that an administrator has to look at: the directory's address for its person, and what waits."""

    account: Account
    address: str | None
    has_other_address: bool
    has_returned: bool

    @property
    def former(self) -> str:
        """Return the address that it signed in with until now; words if that went to somebody else."""
        return in_words(self.account.email)


def waiting_sign_ins() -> list[Waiting]:
    """Return sign-ins that wait for an administrator, by name: another address, or a person who returned."""
    return [
        Waiting(account, address, address is not None and address != account.email, account.returned_at is not None)
        for account, address in db.session.execute(
            select(Account, Person.email)
            .join(Person, Person.id == Account.person_id)
            .where(Person.left_at.is_(None), _waits())
            .order_by(by_name(Account.name), Account.id)
        )
    ]


def _waits() -> ColumnElement[bool]:
    may_sign_in = or_(Account.deactivated_at.is_(None), Account.returned_at.is_not(None))
    return or_(and_(may_sign_in, Person.email != Account.email), Account.returned_at.is_not(None))


def former_names(people: Iterable[int]) -> dict[int, tuple[str, datetime]]:
    """Return people's names before they were last renamed, and until when, by id."""
    old = AuditEntry.changes["name"][0].as_string()
    about = (AuditEntry.subject_kind == Person.__tablename__, AuditEntry.person_id.in_(set(people)), old.is_not(None))
    rows = select(AuditEntry.person_id, old, AuditEntry.at).where(*about).order_by(AuditEntry.id)
    return {person_id: (name, at) for person_id, name, at in db.session.execute(rows) if person_id is not None}


def posts_in_words(people: Iterable[int]) -> dict[int, list[str]]:
    """Return what these people lead and sponsor, in words, by id."""
    wanted, found = set(people), defaultdict[int, list[str]](list)
    either = or_(Wave.lead_id.in_(wanted), Wave.sponsor_id.in_(wanted))
    for wave in db.session.scalars(select(Wave).where(either).order_by(Wave.id)):
        for person_id, verb in ((wave.lead_id, "leads"), (wave.sponsor_id, "sponsors")):
            if person_id in wanted:
                found[person_id].append(f"{verb} {wave.title}")
    for programme in db.session.scalars(
        select(Programme).where(Programme.sponsor_id.in_(wanted)).order_by(Programme.id)
    ):
        found[programme.sponsor_id or 0].append(f"sponsors {programme.name}")
    return found


def what_leaving_ends(person: Person) -> str:
    """Say which sign-in with rights ends when this person leaves, and what it holds; "" for none."""
    account = db.session.scalar(select(Account).where(Account.person_id == person.id))
    if account is None or not account.is_active or not is_guarded(account):
        return ""
    held = rights_in_words([account])[account.id]
    return f"Their sign-in {account.email} ends ({', '.join(held)}); after a return it waits for an administrator."


def rights_in_words(accounts: Sequence[Account]) -> dict[int, list[str]]:
    """Return what these accounts hold, by id: roles with their scope, posts, and a password."""
    posts = posts_in_words(account.person_id for account in accounts if account.person_id is not None)
    words = {}
    for account in accounts:
        has_password = ["has a password"] if account.password_hash else []
        words[account.id] = [*_roles_of(account), *posts.get(account.person_id or 0, []), *has_password]
    return words


def _roles_of(account: Account) -> list[str]:
    grants = select(Grant).where(Grant.account_id == account.id, Grant.withdrawn_at.is_(None)).order_by(Grant.id)
    return [f"{grant.role.word.lower()} {scope_in_words(grant)}" for grant in db.session.scalars(grants)]


def scope_in_words(grant: Grant) -> str:
    """Return the scope of a role in words."""
    if grant.programme_id:
        return f"in {db.session.get_one(Programme, grant.programme_id).name}"
    if grant.wave_id:
        return f"in {db.session.get_one(Wave, grant.wave_id).title}"
    if grant.department_id:
        return f"in {db.session.get_one(Department, grant.department_id).path}"
    return "everywhere"
