"""Gives a training role to many people by hand, and withdraws it; each person gets an audit entry."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, delete, select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, insert_new, rows_changed
from engagement.people.models import Person, PersonRole
from engagement.people.roles.queries import having_role_by_hand, lacking_role
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.verbs import Verb

_AT_ONCE = 500


def give_role(people: Select[Person], role: TrainingRole, *, by: Actor) -> int:
    """Give a training role by hand to those of these people who lack it; return how many."""
    return _change(lacking_role(people, role), role, by, is_given=True)


def take_role_back(people: Select[Person], role: TrainingRole, *, by: Actor) -> int:
    """Withdraw a training role from those of these people who have it by hand; return how many.

    People who have it from the HR file or by a rule keep it.
    """
    return _change(having_role_by_hand(people, role), role, by, is_given=False)


def _change(people: Select[Person], role: TrainingRole, by: Actor, *, is_given: bool) -> int:
    ids = list(db.session.scalars(people.with_only_columns(Person.id).order_by(Person.id)))
    now = clock.now()
    for before, some in _by_roles_held(ids):
        after = before | {role} if is_given else before - {role}
        changes: dict[str, Any] = {"training roles": ({r.value for r in before}, {r.value for r in after})}
        touched = select(Person).where(Person.id.in_(some))
        audit.record_each(Verb.CHANGED_TRAINING_ROLES, Person, touched, by=by, at=now, **changes)
        if is_given:
            rows = [{"person_id": i, "role": role, "origin": RoleOrigin.HAND, "given_at": now} for i in some]
            db.session.execute(insert_new(PersonRole).values(rows).on_conflict_do_nothing())
        else:
            by_hand = (PersonRole.role == role, PersonRole.origin == RoleOrigin.HAND)
            rows_changed(delete(PersonRole).where(*by_hand, PersonRole.person_id.in_(some)))
    db.session.expire_all()
    return len(ids)


def _by_roles_held(ids: list[int]) -> Iterator[tuple[frozenset[TrainingRole], list[int]]]:
    """Yield groups of people with the same roles now, so that one statement can describe their change."""
    for part in (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)):
        held: dict[int, set[TrainingRole]] = {id_: set() for id_ in part}
        for id_, role in db.session.execute(
            select(PersonRole.person_id, PersonRole.role).where(PersonRole.person_id.in_(part))
        ):
            held[id_].add(role)
        alike = defaultdict(list)
        for id_, roles in held.items():
            alike[frozenset(roles)].append(id_)
        yield from alike.items()
