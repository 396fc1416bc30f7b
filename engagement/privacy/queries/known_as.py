"""All names, addresses and numbers of a person, past and present, and which of them somebody else shares."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from engagement.accounts.models import Account
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.intake.models import ImportChange
from engagement.mail.models import Delivery
from engagement.people.models import Person
from engagement.privacy.queries.subject import Subject, rows_about
from engagement.privacy.rules.naming import Wording
from engagement.privacy.rules.records import STAND_IN


@dataclass(frozen=True)
class KnownAs:
    """Present and former names, addresses (in lower case) and employee numbers, and those that somebody else shares."""

    names: frozenset[str]
    addresses: frozenset[str]
    numbers: frozenset[str]
    shared_names: frozenset[str]
    shared_addresses: frozenset[str]

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses that nobody else has now."""
        return self.addresses - self.shared_addresses

    @property
    def own_names(self) -> frozenset[str]:
        """The names that nobody else has now."""
        return self.names - self.shared_names

    @property
    def short_names(self) -> frozenset[str]:
        """The names that may be ordinary words, so that they are not replaced everywhere."""
        return frozenset(name for name in self.own_names if not Wording.of_name(name).is_plain)

    def wordings(self) -> list[Wording]:
        """Return how texts may write any of these, to be replaced in rows about this person."""
        return _wordings(self.names, self.addresses)

    def plain_wordings(self) -> list[Wording]:
        """Return the wordings that can mean nobody else, to be replaced in every text."""
        return _wordings(self.own_names - self.short_names, self.own_addresses)


def _wordings(names: Iterable[str], addresses: Iterable[str]) -> list[Wording]:
    # Longer ones first, so that no name is replaced in parts.
    return [Wording.of_address(address) for address in sorted(addresses, key=len, reverse=True)] + [
        Wording.of_name(name) for name in sorted(names, key=len, reverse=True)
    ]


def known_as(person: Person, account: Account | None) -> KnownAs:
    """Return everything a person is or was known as, from the records of imports, audit, mail and sign-ins."""
    found: dict[str, set[str]] = {"name": set(), "email": set(), "employee_id": set()}
    for field, text in _remembered(person, account):
        found[field].add(" ".join(text.split()))
    names = {name for name in found["name"] if name not in ("", STAND_IN) and "@" not in name}
    addresses = {text.lower() for text in found["email"] if "@" in text and not text.endswith("@invalid")}
    numbers = found["employee_id"] - {""}
    return KnownAs(
        frozenset(names),
        frozenset(addresses),
        frozenset(numbers),
        _names_of_others(names, person, account),
        _addresses_of_others(addresses, person, account),
    )


def _remembered(person: Person, account: Account | None) -> Iterator[tuple[str, str]]:
    yield from (("name", person.name), ("name", f"{person.first_name} {person.last_name}"))
    yield from (("email", person.email or ""), ("employee_id", person.employee_id or ""))
    for changes in db.session.scalars(select(ImportChange.changes).where(ImportChange.person_id == person.id)):
        yield from _in_changes(changes or {})
    who = Subject(person.id, account.id if account else None)
    told = select(AuditEntry.subject_kind, AuditEntry.subject_name, AuditEntry.changes).where(
        rows_about(AuditEntry.__table__, who),  # type: ignore[arg-type]
        AuditEntry.subject_kind.in_(("person", "account")),
    )
    for kind, called, changes in db.session.execute(told).all():
        yield ("name" if kind == "person" else "email"), called
        yield from _in_changes(changes)
    for name, address in db.session.execute(
        select(Delivery.name, Delivery.address).where(Delivery.person_id == person.id).distinct()
    ):
        yield from (("name", name), ("email", address))
    if account is not None:
        yield from (("name", account.name), ("email", account.email))
        acted = select(AuditEntry.actor_name).where(AuditEntry.actor_id == account.id).distinct()
        yield from (("name", name) for name in db.session.scalars(acted))


def _in_changes(changes: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("name", "email", "employee_id"):
        values = changes.get(field)
        if isinstance(values, list):
            yield from ((field, value) for value in values if isinstance(value, str))


def _names_of_others(names: set[str], person: Person, account: Account | None) -> frozenset[str]:
    lower = {name.lower() for name in names}
    others = select(Person.name).where(Person.id != person.id, _is_among(Person.name, names, lower))
    held = select(Account.name).where(
        Account.id != (account.id if account else 0),
        or_(Account.person_id.is_(None), Account.person_id != person.id),
        _is_among(Account.name, names, lower),
    )
    found = {name.lower() for name in db.session.scalars(others.union(held))}
    return frozenset(name for name in names if name.lower() in found)


def _is_among(column: Any, names: set[str], lower: set[str]) -> Any:
    return or_(column.in_(names), func.lower(column).in_(lower))


def _addresses_of_others(addresses: set[str], person: Person, account: Account | None) -> frozenset[str]:
    others = select(Person.email).where(Person.id != person.id, func.lower(Person.email).in_(addresses))
    held = select(Account.email).where(
        Account.id != (account.id if account else 0),
        or_(Account.person_id.is_(None), Account.person_id != person.id),
        Account.email.in_(addresses),
    )
    return frozenset(address.lower() for address in db.session.scalars(others.union(held)) if address)
