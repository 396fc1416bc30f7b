"""A rule made into one condition on `Person`, so that the database finds an audience in one statement.

What is small and the same for everybody (rules of named audiences, merged departments, waves past their training's due
day, curricula) is read first, as the `Ground`; people are only ever touched by the one statement.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, distinct, exists, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import aliased

from engagement.audiences.models import Audience
from engagement.audiences.rules import (
    FINISHED,
    NOT_FINISHED,
    NOT_STARTED,
    OVERDUE,
    Field,
    Rule,
    conditions_of,
    inlined,
    values_of,
)
from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment, Completion, Module
from engagement.training.queries import curricula
from engagement.training.rules import ItemKind, due_on
from engagement.waves.models import Membership, Wave
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
    """What rules rest on besides people, as it is on one day."""

    audiences: Mapping[int, Rule] = field(default_factory=dict)
    successors: Mapping[int, int] = field(default_factory=dict)
    open_waves: frozenset[int] = frozenset()
    waves_past_due: frozenset[int] = frozenset()
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
    return Ground(
        audiences,
        _successors() if Field.DEPARTMENT in fields else {},
        frozenset(wave.id for wave in waves),
        frozenset(wave.id for wave in waves if due_on(wave.go_live_on, wave.training_lead_days) < on),
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


def _successors() -> dict[int, int]:
    """Return for each merged department the open one where its people are now."""
    rows = db.session.execute(
        select(Department.id, Department.merged_into_id).where(
            Department.closed_at.is_not(None), Department.merged_into_id.is_not(None)
        )
    )
    merged = {old: new for old, new in rows if new is not None}
    return {old: _last(old, merged) for old in merged}


def _last(department_id: int, merged: Mapping[int, int]) -> int:
    seen: set[int] = set()
    while department_id in merged and department_id not in seen:
        seen.add(department_id)
        department_id = merged[department_id]
    return department_id


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


def reached(rule: Rule, ground: Ground) -> ColumnElement[bool]:
    """Return the condition on `Person` that is true of those whom the rule reaches: never of anybody who has left."""
    return and_(Person.left_at.is_(None), _condition(ground.written_out(rule), ground))


def _condition(node: Rule, ground: Ground) -> ColumnElement[bool]:
    if "not" in node:
        return not_(_condition(node["not"], ground))
    if "all" in node:
        return and_(true(), *(_condition(child, ground) for child in node["all"])).self_group()
    if "any" in node:
        return or_(false(), *(_condition(child, ground) for child in node["any"])).self_group()
    return _MEANING[Field(node["field"])](node, ground)


def _works_in(condition: Rule, _ground: Ground) -> ColumnElement[bool]:
    ids = condition["values"]
    within: Select[int]
    if condition.get("exactly"):
        within = select(Department.id).where(Department.id.in_(ids))
    else:
        top = aliased(Department)
        within = select(Department.id).join(top, Department.lineage.like(top.lineage + "%")).where(top.id.in_(ids))
    # Somebody without a department is not in it, rather than unknown: the opposite has to hold.
    return and_(Person.department_id.is_not(None), Person.department_id.in_(within))


def _has_title(condition: Rule, _ground: Ground) -> ColumnElement[bool]:
    return or_(*(and_(*(_title_holds(word) for word in value.split())) for value in condition["values"])).self_group()


def _title_holds(word: str) -> ColumnElement[bool]:
    for special in "\\%_":
        word = word.replace(special, "\\" + special)
    # Both sides are folded by the database, so that they are folded alike.
    return func.lower(Person.job_title).like(func.lower(literal(f"%{word}%")), escape="\\")


def _has_role(condition: Rule, _ground: Ground) -> ColumnElement[bool]:
    roles = [TrainingRole(value) for value in condition["values"]]
    return exists().where(PersonRole.person_id == Person.id, PersonRole.role.in_(roles))


def _is_member(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Membership.person_id == Person.id, Membership.ended_at.is_(None), *conditions)


def _is_in_wave_state(condition: Rule, _ground: Ground) -> ColumnElement[bool]:
    states = [WaveStatus(value) for value in condition["values"]]
    return _is_member(Membership.wave_id.in_(select(Wave.id).where(Wave.status.in_(states))))


def _has_reports(_condition: Rule, _ground: Ground) -> ColumnElement[bool]:
    report = aliased(Person)
    return exists().where(report.manager_id == Person.id, report.left_at.is_(None))


def _is_in_training_state(condition: Rule, ground: Ground) -> ColumnElement[bool]:
    return or_(*(_has_state(value, ground) for value in condition["values"])).self_group()


def _has_state(value: str, ground: Ground) -> ColumnElement[bool]:
    state, _, slug = value.partition(":")
    if state in (FINISHED, NOT_FINISHED):
        module = select(Module.id).where(Module.slug == slug).scalar_subquery()
        finished = _has_finished(Completion.module_id == module)
        return finished if state == FINISHED else not_(finished)
    return {OVERDUE: _is_overdue, NOT_STARTED: _has_not_started}[state](ground)


def _has_finished(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Completion.person_id == Person.id, which)


def _is_overdue(ground: Ground) -> ColumnElement[bool]:
    """An assignment of an open wave is past its due day and not all that it asks is finished."""
    return or_(
        false(),
        *(and_(_is_assigned(role, ground.waves_past_due), _lacks_some(needs)) for role, needs in ground.needs.items()),
    ).self_group()


def _has_not_started(ground: Ground) -> ColumnElement[bool]:
    """Something is assigned by an open wave, and nothing of all that is assigned was ever finished."""
    assigned = [(_is_assigned(role, ground.open_waves), needs) for role, needs in ground.needs.items()]
    begun = [and_(here, _has_finished(Completion.module_id.in_(sorted(needs.modules)))) for here, needs in assigned]
    return and_(or_(false(), *(here for here, _ in assigned)), not_(or_(false(), *begun))).self_group()


def _is_assigned(role: TrainingRole, waves: frozenset[int]) -> ColumnElement[bool]:
    return exists().where(
        Assignment.person_id == Person.id,
        Assignment.withdrawn_at.is_(None),
        Assignment.role == role,
        Assignment.wave_id.in_(sorted(waves)),
    )


def _lacks_some(needs: Needs) -> ColumnElement[bool]:
    lacking = _finished_of(needs.required) < len(needs.required)
    return or_(lacking, _finished_of(needs.choices) < needs.choices_needed)


def _finished_of(modules: frozenset[int]) -> ColumnElement[int]:
    finished = select(func.count(distinct(Completion.module_id))).where(
        Completion.person_id == Person.id, Completion.module_id.in_(sorted(modules))
    )
    return finished.correlate(Person).scalar_subquery()


_MEANING: dict[Field, Callable[[Rule, Ground], ColumnElement[bool]]] = {
    Field.EVERYBODY: lambda _condition, _ground: true(),
    Field.DEPARTMENT: _works_in,
    Field.LOCATION: lambda condition, _ground: Person.location.in_(condition["values"]),
    Field.COUNTRY: lambda condition, _ground: Person.country.in_(condition["values"]),
    Field.LANGUAGE: lambda condition, _ground: func.coalesce(Person.language, "").in_(condition["values"]),
    Field.JOB_TITLE: _has_title,
    Field.TRAINING_ROLE: _has_role,
    Field.HAS_NO_ROLE: lambda _condition, _ground: ~exists().where(PersonRole.person_id == Person.id),
    Field.WAVE: lambda condition, _ground: _is_member(Membership.wave_id.in_(condition["values"])),
    Field.WAVE_STATE: _is_in_wave_state,
    Field.TRAINING_STATE: _is_in_training_state,
    Field.MANAGER_OF_PEOPLE: _has_reports,
    Field.PERSON: lambda condition, _ground: Person.id.in_(condition["values"]),
}
