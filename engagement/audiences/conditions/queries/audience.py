"""Being in another audience, resolved to any depth (circles are refused); a deleted one reaches nobody."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, false, or_, select

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Options, Values
from engagement.audiences.models import Audience
from engagement.audiences.rules import NOBODY, Rule, Size, values_of
from engagement.db import db
from engagement.people.models import Person
from engagement.searching import by_name


def named_in(rule: Rule) -> list[int]:
    """Return the audiences that a rule names directly."""
    return values_of(rule, AudienceField.name)


def _saved() -> dict[int, Rule]:
    return dict(db.session.execute(select(Audience.id, Audience.rule)).all())


def rules_named(condition: Condition, ground: Ground) -> list[Rule]:
    """Return the rules of the audiences that a condition names; a deleted one reaches nobody."""
    return [ground.once(_saved).get(key, NOBODY) for key in condition["values"]]


class AudienceField(Field):
    name, question = "audience", "Other audience"
    phrases = ("are in the audience {}", "are not in the audience {}")
    takes_ids = is_quoted = True

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return or_(false(), *map(ground.sql, rules_named(condition, ground))).self_group()

    def holds(self, condition: Condition, facts: Person, ground: Ground) -> bool:
        return any(ground.meets(rule, facts) for rule in rules_named(condition, ground))

    def named(self, values: Values) -> Labels:
        return dict(db.session.execute(select(Audience.id, Audience.name).where(Audience.id.in_(values))).all())

    def options(self, besides: int | None = None) -> Options:
        others = select(Audience.id, Audience.name).where(Audience.archived_at.is_(None), Audience.id != (besides or 0))
        return [(key, name) for key, name in db.session.execute(others.order_by(by_name(Audience.name), Audience.id))]

    def size(self, condition: Condition, named: Callable[[int], Size]) -> Size:
        inner = [named(key) for key in condition["values"]]
        return sum(conditions for conditions, _ in inner), sum(values for _, values in inner)
