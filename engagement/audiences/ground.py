"""What rules rest on besides people: small, the same for everybody, and read before people are asked for.

Rules of named audiences, merged departments, departments that are stakeholders as groups, open waves, and what curricula ask
for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from engagement.audiences.meaning import Post
from engagement.audiences.models import Audience
from engagement.audiences.rules import Field, Rule, conditions_of, inlined, values_of
from engagement.db import db
from engagement.people.queries import department_successors
from engagement.people.rules import TrainingRole
from engagement.stakeholders.queries import departments_as_groups
from engagement.training.queries import curricula
from engagement.training.rules import ItemKind
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


@dataclass(frozen=True)
class Needs:
    """What one training role has to finish: every one of `required`, and `choices_needed` of `choices` (module ids)."""

    required: frozenset[int] = frozenset()
    choices: frozenset[int] = frozenset()
    choices_needed: int = 0

    @property
    def modules(self) -> frozenset[int]:
        """Every module that counts."""
        return self.required | self.choices

    def are_met_by(self, finished: Set[int]) -> bool:
        """Return whether somebody who finished these modules has finished all that is asked."""
        return self.required <= finished and len(self.choices & finished) >= self.choices_needed


@dataclass(frozen=True)
class Ground:
    """What rules rest on besides people, as it is on one day.

    `groups` are the departments that stand on a map as one group: department, group, and where.
    """

    on: date
    audiences: Mapping[int, Rule] = field(default_factory=dict)
    successors: Mapping[int, int] = field(default_factory=dict)
    groups: tuple[tuple[int, str, Post], ...] = ()
    open_waves: frozenset[int] = frozenset()
    needs: Mapping[TrainingRole, Needs] = field(default_factory=dict)

    def written_out(self, rule: Rule) -> Rule:
        """Return the rule without names of other rules or of departments that were merged."""
        return inlined(rule, self.audiences, self.successors)


def ground_for(rules: Iterable[Rule], on: date) -> Ground:
    """Read what these rules rest on; a due day is past when it lies before `on`."""
    asked = list(rules)
    audiences = _named_audiences(asked)
    every = [*asked, *audiences.values()]
    fields = {condition["field"] for rule in every for condition in conditions_of(rule)}
    training = Field.TRAINING_STATE in fields
    waves = _open_waves() if training else []
    successors = department_successors() if {Field.DEPARTMENT, Field.STAKEHOLDER_GROUP} & fields else {}
    return Ground(
        on,
        audiences,
        successors,
        _groups(successors) if Field.STAKEHOLDER_GROUP in fields else (),
        frozenset(wave.id for wave in waves),
        _needs() if training else {},
    )


def _named_audiences(rules: list[Rule]) -> dict[int, Rule]:
    """Return the rules of all audiences that are named, however deep; one query for each step of depth."""
    found: dict[int, Rule] = {}
    missing = {i for rule in rules for i in values_of(rule, Field.AUDIENCE)}
    while missing:
        rows = db.session.execute(select(Audience.id, Audience.rule).where(Audience.id.in_(missing))).all()
        # An audience that is gone reaches nobody, rather than stopping every message that names it.
        found |= {key: {"any": []} for key in missing} | dict(rows)
        missing = {i for _, rule in rows for i in values_of(rule, Field.AUDIENCE)} - found.keys()
    return found


def _groups(successors: Mapping[int, int]) -> tuple[tuple[int, str, Post], ...]:
    """Return the departments that are stakeholders, merged ones as their successors."""
    found = departments_as_groups()
    posts = posts_of((programme_id, wave_id) for _, _, programme_id, wave_id in found)
    return tuple(
        (successors.get(department_id, department_id), group.value, posts[programme_id, wave_id])
        for department_id, group, programme_id, wave_id in found
    )


def posts_of(places: Iterable[tuple[int, int | None]]) -> dict[tuple[int, int | None], Post]:
    """Return for each place on a map where it counts: one for a whole programme counts in each of its waves."""
    asked = set(places)
    whole = {programme_id for programme_id, wave_id in asked if wave_id is None}
    waves: dict[int, set[int]] = defaultdict(set)
    for wave_id, programme_id in db.session.execute(
        select(Wave.id, Wave.programme_id).where(Wave.programme_id.in_(whole))
    ):
        waves[programme_id].add(wave_id)
    return {
        (programme_id, wave_id): Post(programme_id, frozenset(waves[programme_id] if wave_id is None else {wave_id}))
        for programme_id, wave_id in asked
    }


def _open_waves() -> list[Wave]:
    shut = [status for status in WaveStatus if not status.is_open]
    return list(db.session.scalars(select(Wave).where(Wave.status.not_in(shut))))


def _needs() -> dict[TrainingRole, Needs]:
    """Return what each training role has to finish; a role whose curriculum asks for nothing is left out."""
    found = {}
    for role, plan in curricula().items():
        of_kind = {kind: frozenset(line.module.id for line in plan.lines if line.kind is kind) for kind in ItemKind}
        if plan.asks_something:
            found[role] = Needs(of_kind[ItemKind.REQUIRED], of_kind[ItemKind.CHOICE], plan.choices_needed)
    return found
