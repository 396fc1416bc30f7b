"""Changes of the directory: departments, people, training roles, leaving and coming back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, func, select, update

from engagement import audit, clock
from engagement.addresses import kept_form
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean, same_key
from engagement.people import queries
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import (
    PATH_SEPARATOR,
    RoleOrigin,
    TrainingRole,
    leaf_name,
    parent_path,
)
from engagement.verbs import Verb

DEEPEST = 12


def make_department(path: str, *, by: Actor) -> Department:
    """Return the department at this path of names ("Operations/Claims"), making missing ones.

    A closed department at the path is reopened; a merged or renamed one is returned as what it is now. Raises BadInput
    for an empty part or more than 12 levels.
    """
    parts = [clean(part) for part in path.split(PATH_SEPARATOR)]
    if not all(parts) or len(parts) > DEEPEST or any(len(part) > 200 for part in parts):
        raise BadInput(
            f"“{path[:80]}” is not a department path. Write names with a slash between them, at most {DEEPEST} levels.",
            {"department": "Write names with a slash between them, such as Operations/Claims."},
        )
    path = PATH_SEPARATOR.join(parts)
    if known := _in_use(path):
        return known
    above = parent_path(path)
    parent = make_department(above, by=by) if above else None
    if parent is not None and parent.path != above:
        return make_department(f"{parent.path}{PATH_SEPARATOR}{leaf_name(path)}", by=by)
    department = Department(name=leaf_name(path), path=path, parent=parent, lineage="")
    db.session.add(department)
    db.session.flush()
    department.lineage = f"{parent.lineage if parent else '/'}{department.id}/"
    audit.record(Verb.MADE_DEPARTMENT, department, by=by)
    return department


def _in_use(path: str) -> Department | None:
    """Return the department at this path (reopened if closed) or its successor; None if there never was one."""
    known = queries.department_by_path(path)
    department = queries.standing_department(known) if known else None
    if department is not None:
        department.closed_at = None
    return department


def rename_department(department: Department, name: str, *, by: Actor) -> None:
    """Rename a department; everything below it keeps its place and history.

    The former name still leads to this department, because HR files keep using it. Raises BadInput for an unusable
    name, RuleBroken when a sibling has it or had it.
    """
    name = clean(name)
    if not name or PATH_SEPARATOR in name or len(name) > 200:
        raise BadInput(
            "Write a name without a slash.", {"name": "Write a name without a slash, at most 200 characters."}
        )
    if name == department.name:
        return
    above = parent_path(department.path)
    new_path = f"{above}{PATH_SEPARATOR}{name}" if above else name
    former = queries.department_by_path(new_path)
    if former is department:
        former = None
    if former is not None and former.closed_at is None:
        raise RuleBroken(f"There is a department {new_path} already. Merge the two instead.")
    if former is not None and former.merged_into_id != department.id:
        raise RuleBroken(
            f"A department was called {new_path} before, and HR files may still use the name. Choose another."
        )
    old_path = department.path
    audit.record(Verb.RENAMED_DEPARTMENT, audit.about(department, name=new_path), by=by, name=(department.name, name))
    # If only the spelling changes, paths with the former spelling are found anyway.
    if former is None and same_key(new_path) != same_key(old_path):
        former = Department(lineage="", merged_into_id=department.id, closed_at=clock.now())
        db.session.add(former)
    if former is not None:
        # The department still occupies its old path, so the former name starts with a temporary one.
        former.name, former.path = leaf_name(old_path), f"{PATH_SEPARATOR}{old_path}"
    department.name = name
    db.session.flush()
    for row in db.session.scalars(select(Department).where(queries.below(department))):
        row.path = new_path + row.path[len(old_path) :]
    db.session.flush()
    if former is not None:
        former.lineage, former.path = former.lineage or f"/{former.id}/", old_path
        db.session.flush()
    db.session.expire_all()


def merge_department(department: Department, into: Department, *, by: Actor) -> None:
    """Move a department's people to another one and close it; its row is kept for history.

    Raises RuleBroken when it still has open departments below it, or when both are the same.
    """
    if department.id == into.id:
        raise RuleBroken("A department can’t be merged into itself.")
    if into.closed_at is not None:
        raise RuleBroken(f"{into.path} is closed. Choose an open department.")
    has_below = db.session.scalar(
        select(func.count())
        .select_from(Department)
        .where(queries.below(department), Department.id != department.id, Department.closed_at.is_(None))
    )
    if has_below:
        raise RuleBroken(f"{department.path} has departments below it. Merge or move those first.")
    moved = rows_changed(update(Person).where(Person.department_id == department.id).values(department_id=into.id))
    department.closed_at = clock.now()
    department.merged_into_id = into.id
    changes = {"merged into": (None, into.path), "people moved": (None, moved)}
    audit.record(Verb.MERGED_DEPARTMENT, audit.about(department, department_id=into.id), by=by, **changes)
    db.session.flush()
    db.session.expire_all()


def name_department_manager(department: Department, person: Person | None, *, by: Actor) -> None:
    """Set the head of a department, None for nobody."""
    old = department.manager
    department.manager = person
    names = (old.name if old else None, person.name if person else None)
    audit.record(Verb.NAMED_DEPARTMENT_MANAGER, audit.about(department, person), by=by, manager=names)


def add_person(
    name: str,
    email: str | None,
    *,
    by: Actor,
    department: Department | None = None,
    roles: Iterable[TrainingRole] = (),
    **details: Any,
) -> Person:
    """Add somebody to the directory; `details` are further columns of `Person`.

    Raises BadInput when somebody who has not left has the address, when anybody has the employee number, and for an
    address with blanks or line breaks, which would get into mail headers.
    """
    email = kept_form(email) if email else None
    if email and any(c.isspace() or not c.isprintable() for c in email):
        raise BadInput("This is not an e-mail address.", {"email": "Write an address such as name@example.com."})
    if email and db.session.scalar(select(Person.id).where(Person.email == email, queries.active())):
        raise BadInput(f"Somebody else has the address {email}.", {"email": "Somebody else has this address."})
    number = details.get("employee_id")
    if number and db.session.scalar(select(Person.id).where(Person.employee_id == number)):
        raise BadInput(
            f"Somebody else has the employee number {number}.", {"employee_id": "Somebody else has this number."}
        )
    first, _, last = name.rpartition(" ")
    person = Person(
        name=name,
        first_name=details.pop("first_name", first),
        last_name=details.pop("last_name", last),
        email=email,
        department=department,
        joined_at=clock.now(),
        **details,
    )
    db.session.add(person)
    db.session.flush()
    give_roles(person, roles, origin=RoleOrigin.FILE if by is audit.DIRECTORY else RoleOrigin.HAND, by=by)
    audit.record(Verb.ADDED_PERSON, person, by=by)
    return person


def give_roles(person: Person, roles: Iterable[TrainingRole], *, origin: RoleOrigin, by: Actor) -> None:
    """Replace a person's training roles of this origin; roles of other origins stay."""
    wanted = set(roles)
    held = {row.role: row for row in db.session.scalars(select(PersonRole).where(PersonRole.person_id == person.id))}
    before = set(held)
    for role, row in list(held.items()):
        if role not in wanted and row.origin is origin:
            db.session.delete(held.pop(role))
    for role in wanted - set(held):
        db.session.add(PersonRole(person=person, role=role, origin=origin, given_at=clock.now()))
    after = set(held) | wanted
    if before != after:
        changes = {"training roles": ({r.value for r in before}, {r.value for r in after})}
        audit.record(Verb.CHANGED_TRAINING_ROLES, person, by=by, **changes)
    db.session.flush()


def mark_as_left(person: Person, *, by: Actor) -> None:
    """Mark somebody as left: no more messages or assignments, but their history stays. Twice changes nothing."""
    if person.has_left:
        return
    person.left_at = clock.now()
    audit.record(Verb.MARKED_AS_LEFT, person, by=by)


def take_back(person: Person, *, by: Actor) -> None:
    """Take back somebody who left. Raises RuleBroken when somebody else has the address now."""
    taken = select(Person.name).where(Person.email == person.email, queries.active(), Person.id != person.id)
    holder = db.session.scalar(taken) if person.email else None
    if holder:
        raise RuleBroken(f"The address {person.email} belongs to {holder} now. Give {person.name} another one first.")
    person.left_at = None
    audit.record(Verb.TOOK_BACK_PERSON, person, by=by)


def drop_roles(person: Person) -> None:
    """Remove all training roles of an erased person."""
    db.session.execute(delete(PersonRole).where(PersonRole.person_id == person.id))
