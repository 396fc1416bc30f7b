"""Which of several people have a training role, and how they got it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from engagement.db import count_of, db
from engagement.people.models import Person, PersonRole
from engagement.people.roles.rules import PARTS
from engagement.people.rules import RoleOrigin, TrainingRole


@dataclass(frozen=True)
class RoleSpread:
    """How many of several people lack a training role, and how many have it by hand, from the file or by a rule."""

    people: int
    by_hand: int = 0
    from_file: int = 0
    by_rule: int = 0

    @property
    def lacking(self) -> int:
        return self.people - self.by_hand - self.from_file - self.by_rule

    @property
    def having(self) -> int:
        """How many have the role in any way."""
        return self.people - self.lacking


def role_spread(people: Select[Person], role: TrainingRole) -> RoleSpread:
    """Return how many of these people have a training role and how they got it, in two queries."""
    counted = db.session.execute(
        select(PersonRole.origin, func.count())
        .where(PersonRole.role == role, PersonRole.person_id.in_(_ids(people)))
        .group_by(PersonRole.origin)
    )
    found = dict(counted.all())
    return RoleSpread(
        count_of(people), found.get(RoleOrigin.HAND, 0), found.get(RoleOrigin.FILE, 0), found.get(RoleOrigin.RULE, 0)
    )


def roles_held() -> ColumnElement[int | None]:
    """Return a column over `Person` with the number of the set of roles that each has; NULL without a role."""
    total = func.sum(case(*((PersonRole.role == role, literal(part)) for role, part in PARTS.items())))
    return select(total).where(PersonRole.person_id == Person.id).correlate(Person).scalar_subquery()


def lacking_role(people: Select[Person], role: TrainingRole) -> Select[Person]:
    return people.where(Person.id.not_in(select(PersonRole.person_id).where(PersonRole.role == role)))


def having_role_by_hand(people: Select[Person], role: TrainingRole) -> Select[Person]:
    by_hand = (PersonRole.role == role, PersonRole.origin == RoleOrigin.HAND)
    return people.where(Person.id.in_(select(PersonRole.person_id).where(*by_hand)))


def _ids(people: Select[Person]) -> Select[int]:
    return people.with_only_columns(Person.id).order_by(None)
