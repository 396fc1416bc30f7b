"""The stakeholder groups of a person: by name, or through a department above them that is in one as a whole."""

from typing import TypeAlias

from sqlalchemy import ColumnElement, false, or_, select

from engagement.audiences.conditions.queries.department import lineage_of, works_in
from engagement.audiences.conditions.queries.field import Condition, Ground, Options
from engagement.audiences.conditions.queries.narrowing import NarrowedField, Post, narrowed, posts_of
from engagement.db import db
from engagement.people.models import Person
from engagement.people.queries import department_successors
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import (
    holds_now,
    on_map_of_wave,
    on_the_map,
)
from engagement.stakeholders.rules import StakeholderGroup

#: A person's groups with their positions.
Standing: TypeAlias = frozenset[tuple[str, Post]]


def _departments(ground: Ground) -> list[tuple[int, str, Post]]:
    """Return departments mapped as one group, merged ones as their successors, with their positions."""
    found = _departments_as_groups()
    posts = posts_of((programme_id, wave_id) for _, _, programme_id, wave_id in found)
    now = ground.once(department_successors)
    return [(now.get(key, key), group.value, posts[programme, wave]) for key, group, programme, wave in found]


def _departments_as_groups() -> list[tuple[int, StakeholderGroup, int, int | None]]:
    """Return each department mapped as one group: department, group, programme, and wave or None."""
    rows = db.session.execute(
        select(
            Stakeholder.department_id,
            StakeholderProfile.group,
            StakeholderPlace.programme_id,
            StakeholderPlace.wave_id,
        )
        .join(StakeholderProfile, holds_now())
        .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
        .where(Stakeholder.department_id.is_not(None), StakeholderPlace.ended_at.is_(None), on_the_map())
    )
    return [(department_id, group, programme, wave) for department_id, group, programme, wave in rows if department_id]


def _groups_of_person(person_id: int) -> list[tuple[StakeholderGroup, int, int | None]]:
    """Return the groups of a person by name: group, programme, and wave or None for the whole programme."""
    rows = db.session.execute(
        select(StakeholderProfile.group, StakeholderPlace.programme_id, StakeholderPlace.wave_id)
        .join(Stakeholder, holds_now())
        .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
        .where(Stakeholder.person_id == person_id, StakeholderPlace.ended_at.is_(None), on_the_map())
    )
    return [(group, programme, wave) for group, programme, wave in rows]


class StakeholderGroupField(NarrowedField):
    name, question = "stakeholder_group", "Stakeholder group"
    phrases = ("are stakeholders among the {}", "are not stakeholders among the {}")

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        asked = condition["values"]
        departments = [
            key
            for key, group, post in ground.once(_departments, ground)
            if group in asked and post.is_within(condition)
        ]
        by_name = (
            select(Stakeholder.person_id)
            .join(StakeholderProfile, holds_now())
            .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
            .where(
                Stakeholder.person_id.is_not(None),
                StakeholderProfile.group.in_([StakeholderGroup(value) for value in asked]),
                StakeholderPlace.ended_at.is_(None),
                on_the_map(),
                narrowed(condition, StakeholderPlace.programme_id, on_map_of_wave),
            )
        )
        return or_(Person.id.in_(by_name), works_in(departments) if departments else false()).self_group()

    def facts(self, person: Person, ground: Ground) -> Standing:
        by_name = _groups_of_person(person.id)
        posts = posts_of((programme_id, wave_id) for _, programme_id, wave_id in by_name)
        own = {(group.value, posts[programme_id, wave_id]) for group, programme_id, wave_id in by_name}
        above = lineage_of(person)
        return frozenset(
            own | {(group, post) for key, group, post in ground.once(_departments, ground) if key in above}
        )

    def holds(self, condition: Condition, facts: Standing, ground: Ground) -> bool:
        return any(group in condition["values"] and post.is_within(condition) for group, post in facts)

    def tells(self, facts: Standing) -> str:
        standing = {group for group, _ in facts}
        words = [group.inside for group in StakeholderGroup if group in standing]
        return f"Is a stakeholder among the {' and the '.join(words)}." if words else "Is no stakeholder."

    def options(self, besides: int | None = None) -> Options:
        return [(group.value, group.inside) for group in StakeholderGroup]
