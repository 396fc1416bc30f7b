"""Adding a person by hand, correcting one by hand, and giving values back to the HR file."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engagement import audit, clock
from engagement.addresses import kept_form
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.actions import add_person
from engagement.people.by_hand.models import HandValue
from engagement.people.by_hand.rules import OF_COLUMN, HandField
from engagement.people.models import Department, Person
from engagement.people.queries import active
from engagement.people.rules import delivery_problems
from engagement.verbs import Verb


def add_by_hand(name: str, email: str, *, by: Actor, **details: Any) -> Person:
    """Add somebody to the directory by hand (see `add_person`): no file changes them, and a file may leave them out."""
    _refuse_address(email)
    _refuse_no_name(clean(name))
    person = add_person(clean(name), email, by=by, **details)
    said = {OF_COLUMN[column] for column, value in details.items() if value and column in OF_COLUMN}
    _note(person, said | {HandField.HERE, HandField.NAME, HandField.EMAIL}, None, by)
    return person


def correct(person: Person, values: Mapping[str, Any], *, by: Actor) -> set[HandField]:
    """Give columns of a person other values by hand; returns which fields changed. Files leave these alone from now on.

    Raises BadInput by field for an address that is malformed or somebody else’s, an empty name, and a manager who reports
    to the person; RuleBroken for somebody who left.
    """
    if person.has_left:
        raise RuleBroken(f"{person.name} has left. Take them back first.")
    new: dict[str, Any] = {
        column: clean(value) if isinstance(value, str) else value for column, value in values.items()
    }
    if "email" in new:
        new["email"] = kept_form(new["email"])
    changes = audit.changes_between(person, new)
    if "email" in changes:
        _refuse_address(new["email"])
        taken = select(Person.name).where(Person.email == new["email"], active(), Person.id != person.id)
        if holder := db.session.scalar(taken):
            raise BadInput(
                f"{new['email']} is the address of {holder}.",
                {"email": f"{holder} has this address. Give another one."},
            )
    if "name" in changes:
        _refuse_no_name(new["name"])
    if "manager_id" in changes:
        _refuse_circle(person, values["manager_id"])
    if not changes:
        return set()
    former = person.email
    audit.record(Verb.CHANGED_PERSON, person, by=by, **_in_words(changes))
    for column, (_, value) in changes.items():
        setattr(person, column, value)
    db.session.flush()
    db.session.expire(person, ["department", "manager"])
    fields = {OF_COLUMN[column] for column in changes}
    _note(person, fields, former, by)
    return fields


def change_delivery_details(
    person: Person, *, timezone: str = "", language: str = "", works_from: str = "", works_until: str = "", by: Actor
) -> None:
    """Say when and in which language a person is reached; empty texts let the organisation's defaults hold again.

    `timezone` is an IANA name, `language` a BCP 47 tag, the working hours HH:MM in that zone. Raises BadInput by field.
    """
    problems = delivery_problems(timezone, language, works_from, works_until)
    if problems:
        raise BadInput("This can’t be kept as it is.", problems)
    wanted = {"timezone": timezone, "language": language, "works_from": works_from, "works_until": works_until}
    new = {field: text or None for field, text in wanted.items()}
    changes = audit.changes_between(person, new)
    if not changes:
        return
    audit.record(Verb.CHANGED_DELIVERY_DETAILS, person, by=by, **changes)
    for column, value in new.items():
        setattr(person, column, value)
    _note(person, {OF_COLUMN[column] for column in changes}, None, by)


def give_back(person: Person, field: HandField, *, by: Actor) -> None:
    """Let the next HR file say a value again.

    Raises RuleBroken where it does already, and for the address of somebody whom files know by their former one alone.
    """
    row = db.session.get(HandValue, (person.id, field))
    if row is None:
        raise RuleBroken("The HR file says this already.")
    if field is HandField.EMAIL and not person.employee_id and row.former not in (None, person.email):
        raise RuleBroken(
            f"{person.name} has no employee number, so HR files know them by {row.former} alone and would bring somebody "
            "new. Correct the address to that one first, then give it back."
        )
    db.session.delete(row)
    audit.record(Verb.GAVE_BACK_TO_FILE, person, by=by, **{field.word.lower(): ("by hand", "from the HR file")})
    db.session.flush()


def _note(person: Person, fields: set[HandField], former: str | None, by: Actor) -> None:
    for field in fields:
        row = db.session.get(HandValue, (person.id, field))
        if row is None:
            row = HandValue(person_id=person.id, field=field, former=former if field is HandField.EMAIL else None)
            db.session.add(row)
        row.given_at, row.given_by, row.given_by_id = clock.now(), by.name[:401], by.account_id
    db.session.flush()


def _refuse_no_name(name: str) -> None:
    if not name:
        raise BadInput("A person needs a name.", {"name": "Write the name by which colleagues know this person."})


def _refuse_address(email: str) -> None:
    local, at, domain = email.strip().partition("@")
    if (
        not (local and at and domain)
        or len(email) > 254
        or any(c.isspace() or not c.isprintable() for c in email.strip())
    ):
        raise BadInput("This is not an e-mail address.", {"email": "Write an address such as name@example.com."})


def _refuse_circle(person: Person, manager_id: int | None) -> None:
    seen: set[int] = set()
    while manager_id is not None and manager_id not in seen:
        if manager_id == person.id:
            raise BadInput(
                "The reporting line would run in a circle.",
                {"manager": f"{person.name} would report to themselves by this. Choose somebody else."},
            )
        seen.add(manager_id)
        manager_id = db.session.scalar(select(Person.manager_id).where(Person.id == manager_id))


def _in_words(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for column, both in changes.items():
        if column == "department_id":
            found = [db.session.get(Department, id_) if id_ else None for id_ in both]
            said["department"] = tuple(each.path if each else None for each in found)
        elif column == "manager_id":
            people = [db.session.get(Person, id_) if id_ else None for id_ in both]
            said["manager"] = tuple(each.name if each else None for each in people)
        else:
            said[column] = both
    return said
