"""Reads of audiences: whom one reaches, why somebody is in it or not, its rule in words, and what uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from typing import TypeAlias

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from engagement.audiences.conditions.queries.audience import named_in
from engagement.audiences.conditions.queries.catalogue import (
    FIELDS,
    ground_on,
    labels_of,
    phrase_with,
    problems_of,
    understood,
)
from engagement.audiences.conditions.queries.stakeholder_group import StakeholderGroupField
from engagement.audiences.models import Audience, RoleRule
from engagement.audiences.rules import Line, Rule, lines_of, sentence_of, values_of, with_named
from engagement.db import db
from engagement.people.models import Person
from engagement.searching import by_name

AudienceOrRule: TypeAlias = Audience | Rule


@dataclass(frozen=True)
class AudienceLine:
    """An audience in a list, with the number of people it reaches now."""

    audience: Audience
    reach: int


@dataclass(frozen=True)
class Uses:
    """What uses an audience in this room: other audiences that name it, and rules that give training roles."""

    audiences: list[Audience]
    role_rules: list[RoleRule]

    @property
    def is_used(self) -> bool:
        return bool(self.audiences or self.role_rules)


@dataclass(frozen=True)
class Words:
    """A rule in words: as one sentence, and as a list."""

    sentence: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Reason:
    """One line of a rule, checked for a person: whether it is met, and what the person has there."""

    depth: int
    words: str
    is_met: bool
    is_group: bool
    theirs: str


def _rule(asked: AudienceOrRule) -> Rule:
    return understood(asked.rule if isinstance(asked, Audience) else asked)


def rule_problem(audience: Audience) -> str | None:
    """Return why an audience can't be resolved: its own rule, or one that it names, can't be understood."""
    rules = {
        key: (name, rule) for key, name, rule in db.session.execute(select(Audience.id, Audience.name, Audience.rule))
    }
    references = {key: named_in(understood(rule)) for key, (_, rule) in rules.items()}
    broken = (rules[key] for key in with_named(audience.id, references) if key in rules and problems_of(rules[key][1]))
    name, rule = next(broken, ("", None))
    return (
        f"The rule of the audience “{name}” can’t be understood: {problems_of(rule)[0]} Correct it." if name else None
    )


def people_in(audience: AudienceOrRule, on: date) -> Select[int]:
    """Return a SELECT of the ids of people whom the audience reaches; due days before `on` are past.

    It is resolved when executed, so a person who changed department a moment ago is already in or out. People who left
    are never in it.
    """
    return select(Person.id).where(ground_on(on).reached(_rule(audience)))


def reach(audience: AudienceOrRule, on: date) -> int:
    """Return how many people the audience reaches now."""
    return reaches([_rule(audience)], on)[0]


def reaches(rules: Sequence[Rule], on: date) -> list[int]:
    """Return how many people each rule reaches now, in one statement."""
    if not rules:
        return []
    ground = ground_on(on)
    counted = [select(func.count()).select_from(Person).where(ground.reached(rule)).scalar_subquery() for rule in rules]
    return [int(number) for number in db.session.execute(select(*counted)).one()]


def members(audience: AudienceOrRule, on: date) -> Select[Person]:
    """Return a SELECT of the people whom the audience reaches, by name, with their departments."""
    return (
        select(Person)
        .where(ground_on(on).reached(_rule(audience)))
        .options(joinedload(Person.department))
        .order_by(Person.sorted_by, Person.id)
    )


def audiences_in_use() -> Select[Audience]:
    """Return a SELECT of the audiences that are not archived, by name."""
    return select(Audience).where(Audience.archived_at.is_(None)).order_by(by_name(Audience.name), Audience.id)


def audiences_listed(on: date, *, limit: int = 50, offset: int = 0) -> list[AudienceLine]:
    """Return audiences that are not archived, by name, with their reach, in a fixed number of queries."""
    rows = list(db.session.scalars(audiences_in_use().limit(limit).offset(offset)))
    return [AudienceLine(row, number) for row, number in zip(rows, reaches([r.rule for r in rows], on), strict=True)]


def audiences_asking_about(group: str) -> list[Audience]:
    """Return the audiences in use whose own rule names a stakeholder group, by name."""
    rows = db.session.scalars(audiences_in_use())
    return [row for row in rows if group in values_of(understood(row.rule), StakeholderGroupField.name)]


def uses_of(audience: Audience) -> Uses:
    """Return the audiences and role rules that use an audience; the rooms above know about messages."""
    return Uses(
        [row for row in db.session.scalars(audiences_in_use()) if audience.id in named_in(understood(row.rule))],
        list(db.session.scalars(_open_role_rules().where(RoleRule.audience_id == audience.id))),
    )


def _open_role_rules() -> Select[RoleRule]:
    return (
        select(RoleRule)
        .where(RoleRule.withdrawn_at.is_(None))
        .options(joinedload(RoleRule.audience))
        .order_by(RoleRule.role, RoleRule.id)
    )


def role_rules() -> list[RoleRule]:
    """Return the present rules that give training roles, with their audiences."""
    return list(db.session.scalars(_open_role_rules()))


def words_of(rule: Rule) -> Words:
    """Return a rule in words, with the present names of everything in it."""
    if problems_of(rule):
        return Words("Nobody: this rule can’t be understood any more. Change it.", ())
    phrase = phrase_with(labels_of(rule))
    return Words(sentence_of(rule, phrase), tuple(lines_of(rule, phrase)))


def why(audience: AudienceOrRule, person: Person, on: date, zone: tzinfo = UTC) -> list[Reason]:
    """Return the rule line by line, whether this person meets it, and what they have there; days are in `zone`.

    The person is in the audience if the first line is met and they have not left.
    """
    rule, ground = _rule(audience), ground_on(on)
    labels = labels_of(rule)
    reasons = []
    for line in lines_of(rule, phrase_with(labels)):
        has, one = "", line.node.get("not", line.node)
        if not line.is_group:
            has = FIELDS[one["field"]].told(one, ground.facts(one["field"], person), labels[one["field"]], zone)
        reasons.append(Reason(line.depth, line.words, ground.meets(line.node, person), line.is_group, has))
    return reasons
