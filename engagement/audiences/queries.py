"""Reads of audiences: whom one reaches, why somebody is in it or not, what it is called in words, and where it is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from typing import TypeAlias

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from engagement.audiences.ground import ground_for
from engagement.audiences.meaning import meets
from engagement.audiences.models import Audience, RoleRule
from engagement.audiences.names import names_for
from engagement.audiences.records import record_of, theirs
from engagement.audiences.resolution import reached
from engagement.audiences.rules import Field, Rule, values_of
from engagement.audiences.wording import lines_of
from engagement.db import db
from engagement.people.models import Person

AudienceOrRule: TypeAlias = Audience | Rule


@dataclass(frozen=True)
class AudienceLine:
    """An audience in the list, with how many people it reaches now."""

    audience: Audience
    reach: int


@dataclass(frozen=True)
class Uses:
    """What rests on an audience in this room: other audiences that name it, and training roles given by it."""

    audiences: list[Audience]
    role_rules: list[RoleRule]

    @property
    def is_used(self) -> bool:
        """Whether anything here rests on it."""
        return bool(self.audiences or self.role_rules)


@dataclass(frozen=True)
class Reason:
    """One line of a rule held against a person: whether it is met, and what the person has there."""

    depth: int
    words: str
    is_met: bool
    is_group: bool
    theirs: str


def _rule(asked: AudienceOrRule) -> Rule:
    return asked.rule if isinstance(asked, Audience) else asked


def people_in(audience: AudienceOrRule, on: date) -> Select[int]:
    """Return the one SELECT of ids of those whom the audience reaches; `on` is the day by which due days are past.

    It is resolved when executed, so a person who changed department a moment ago is already in or out. Nobody who has
    left is in it.
    """
    rule = _rule(audience)
    return select(Person.id).where(reached(rule, ground_for([rule], on)))


def reach(audience: AudienceOrRule, on: date) -> int:
    """Return how many people the audience reaches now."""
    return reaches([_rule(audience)], on)[0]


def reaches(rules: Sequence[Rule], on: date) -> list[int]:
    """Return how many people each of the rules reaches now, in one statement."""
    if not rules:
        return []
    ground = ground_for(rules, on)
    counted = [
        select(func.count()).select_from(Person).where(reached(rule, ground)).scalar_subquery() for rule in rules
    ]
    return [int(number) for number in db.session.execute(select(*counted)).one()]


def members(audience: AudienceOrRule, on: date) -> Select[Person]:
    """Return the SELECT of those whom the audience reaches, by name, with their departments."""
    rule = _rule(audience)
    return (
        select(Person)
        .where(reached(rule, ground_for([rule], on)))
        .options(joinedload(Person.department))
        .order_by(Person.last_name, Person.first_name, Person.id)
    )


def audience_page(audience_id: int) -> Audience | None:
    """Return an audience, also one that is archived."""
    return db.session.get(Audience, audience_id)


def audiences_in_use() -> Select[Audience]:
    """Return the SELECT of the audiences that are not archived, by name."""
    return select(Audience).where(Audience.archived_at.is_(None)).order_by(func.lower(Audience.name), Audience.id)


def audiences_listed(on: date, *, limit: int = 50, offset: int = 0) -> list[AudienceLine]:
    """Return audiences that are not archived, by name, with how many people each reaches: a fixed number of queries."""
    rows = list(db.session.scalars(audiences_in_use().limit(limit).offset(offset)))
    return [AudienceLine(row, number) for row, number in zip(rows, reaches([r.rule for r in rows], on), strict=True)]


def references() -> dict[int, list[int]]:
    """Return for each audience the ids of those that its rule names."""
    rows = db.session.execute(select(Audience.id, Audience.rule))
    return {audience_id: values_of(rule, Field.AUDIENCE) for audience_id, rule in rows}


def audiences_asking_about(group: str) -> list[Audience]:
    """Return the audiences in use whose own rule names a stakeholder group, by name."""
    rows = db.session.scalars(audiences_in_use())
    return [row for row in rows if group in values_of(row.rule, Field.STAKEHOLDER_GROUP)]


def uses_of(audience: Audience) -> Uses:
    """Return which other audiences and role rules of this room rest on an audience; messages are asked for above."""
    named_by = [i for i, named in references().items() if audience.id in named]
    return Uses(
        list(db.session.scalars(audiences_in_use().where(Audience.id.in_(named_by)))),
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
    """Return the rules by which training roles are given now, with their audiences."""
    return list(db.session.scalars(_open_role_rules()))


def why(audience: AudienceOrRule, person: Person, on: date, zone: tzinfo = UTC) -> list[Reason]:
    """Return the rule line by line with whether this person meets it, and what they have there, with days in `zone`.

    The person is in the audience when the first line is met and they have not left.
    """
    rule = _rule(audience)
    ground = ground_for([rule], on)
    record = record_of(person, ground)
    championed = {wave_id for post in record.champion_of for wave_id in post.waves}
    names = names_for(rule, waves=record.waves | championed)
    reasons = []
    for line in lines_of(rule, names):
        held = meets(ground.written_out(line.node), record)
        has = "" if line.is_group else theirs(_condition(line.node), person, record, names, zone)
        reasons.append(Reason(line.depth, line.words, held, line.is_group, has))
    return reasons


def _condition(node: Rule) -> Rule:
    while "not" in node:
        node = node["not"]
    return node
