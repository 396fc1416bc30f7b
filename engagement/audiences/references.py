"""What audiences may name: no circle among them, nothing too large, and no role given by what asks about roles."""

from collections.abc import Mapping

from sqlalchemy import select

from engagement.audiences.models import Audience, RoleRule
from engagement.audiences.rules import (
    MOST_CONDITIONS_IN_ALL,
    MOST_VALUES_IN_ALL,
    RESTS_ON_ROLES,
    Field,
    Narrowing,
    Rule,
    chain_back,
    conditions_of,
    values_of,
    words_of,
)
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.rules import TrainingRole

#: Stands for an audience that has no id yet.
_NEW = 0


def check_references(audience: Audience | None, rule: Rule) -> None:
    """Check what it would mean for this audience (None for a new one) to have this rule.

    Raises RuleBroken when it names an archived audience or, over others, itself; when it, or one that names it, grows too
    large; and when a training role rests on it and the rule asks about training roles.
    """
    named = values_of(rule, Field.AUDIENCE)
    archived = db.session.scalar(select(Audience.name).where(Audience.id.in_(named), Audience.archived_at.is_not(None)))
    if archived:
        raise RuleBroken(f"“{archived}” is archived. Use another audience.")
    here = audience.id if audience is not None else _NEW
    rules = {**_saved_rules(), here: rule}
    references = _references(rules)
    chain = chain_back(here, references)
    if chain:
        raise RuleBroken(_circle_sentence(chain))
    affected = [key for key in rules if here in _with_named(key, references)]
    sizes: dict[int, tuple[int, int]] = {}
    for key in affected:
        _check_size(*_size(key, rules, sizes))
    given = select(RoleRule).where(RoleRule.withdrawn_at.is_(None), RoleRule.audience_id.in_(affected))
    for role_rule in db.session.scalars(given):
        _check_asks_about_no_role(role_rule.role, _with_named(role_rule.audience_id, references), rules)


def check_rests_on_no_role(audience: Audience, role: TrainingRole) -> None:
    """Raise RuleBroken when an audience asks about training roles, directly or over others, and so can give none."""
    rules = _saved_rules()
    _check_asks_about_no_role(role, _with_named(audience.id, _references(rules)), rules)


def _saved_rules() -> dict[int, Rule]:
    # Locked where the engine can: two changes at the same moment must not make a circle between them.
    rows = db.session.execute(select(Audience.id, Audience.rule).order_by(Audience.id).with_for_update())
    return dict(rows.all())


def _references(rules: Mapping[int, Rule]) -> dict[int, list[int]]:
    return {key: values_of(rule, Field.AUDIENCE) for key, rule in rules.items()}


def _circle_sentence(chain: list[int]) -> str:
    names = dict(db.session.execute(select(Audience.id, Audience.name).where(Audience.id.in_(chain))).all())
    path = " uses ".join(f"“{names[key]}”" for key in chain)
    return f"This would turn in a circle: {path}. Take one of them out of the rule."


def _with_named(key: int, references: Mapping[int, list[int]]) -> set[int]:
    """Return this audience and all that its rule names, directly or over others."""
    found, waiting = {key}, [key]
    while waiting:
        new = set(references.get(waiting.pop(), [])) - found
        found |= new
        waiting += new
    return found


def _size(key: int, rules: Mapping[int, Rule], known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return the numbers of conditions and of values with everything written out; each audience is counted once."""
    if key not in known:
        conditions = values = 0
        for condition in conditions_of(rules.get(key, {"any": []})):
            if condition["field"] == Field.AUDIENCE:
                inner = [_size(named, rules, known) for named in condition["values"]]
                conditions += sum(c for c, _ in inner)
                values += sum(v for _, v in inner)
            else:
                conditions += 1
                values += sum(len(condition.get(part, [])) for part in ("values", *Narrowing))
        known[key] = (conditions, values)
    return known[key]


def _check_size(conditions: int, values: int) -> None:
    if conditions > MOST_CONDITIONS_IN_ALL or values > MOST_VALUES_IN_ALL:
        raise RuleBroken(
            f"Together with the audiences that it names, a rule would have {conditions:,} conditions with {values:,} "
            f"values. Keep to {MOST_CONDITIONS_IN_ALL:,} and {MOST_VALUES_IN_ALL:,}."
        )


def _check_asks_about_no_role(role: TrainingRole, keys: set[int], rules: Mapping[int, Rule]) -> None:
    asked = {Field(condition["field"]) for key in keys if key in rules for condition in conditions_of(rules[key])}
    circular = sorted(asked & RESTS_ON_ROLES)
    if circular:
        raise RuleBroken(
            f"The training role {role.word} would be given by this audience, so its rule can’t ask about "
            f"{words_of(circular[0])}: whoever gets the role might then no longer be in it."
        )
