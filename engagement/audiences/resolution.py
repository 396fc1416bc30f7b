"""A rule made into one condition on `Person`, so that the database finds an audience in one statement.

What it rests on besides people is read first, as the `Ground`; people are only ever touched by the one statement.
"""

from collections.abc import Callable

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    distinct,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from engagement.audiences.ground import Ground, Needs
from engagement.audiences.rules import CONFIRMED, FINISHED, NOT_FINISHED, NOT_STARTED, OVERDUE, Field, Narrowing, Rule
from engagement.mail.confirming import who_confirmed, who_was_asked
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.stakeholders.coverage import is_champion_on
from engagement.stakeholders.models import Champion, Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_map_of_wave, on_the_map
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.models import Assignment, Completion, Module
from engagement.training.queries import counting, is_asked, is_past_due
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus


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


def _is_among(condition: Rule, ground: Ground) -> ColumnElement[bool]:
    """The person stands on a map in one of the groups, or works in or below a department that does."""
    departments = [
        key for key, group, post in ground.groups if group in condition["values"] and post.is_within(condition)
    ]
    by_name = (
        select(Stakeholder.person_id)
        .join(StakeholderProfile, holds_now())
        .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
        .where(
            Stakeholder.person_id.is_not(None),
            StakeholderProfile.group.in_([StakeholderGroup(value) for value in condition["values"]]),
            StakeholderPlace.ended_at.is_(None),
            on_the_map(),
            _narrowed(condition, StakeholderPlace.programme_id, on_map_of_wave(condition.get(Narrowing.WAVES, []))),
        )
    )
    within = _works_in({"values": departments}, ground) if departments else false()
    return or_(Person.id.in_(by_name), within).self_group()


def _is_champion(condition: Rule, ground: Ground) -> ColumnElement[bool]:
    waves = Champion.wave_id.in_(condition.get(Narrowing.WAVES, []))
    posts = (
        select(Champion.person_id)
        .join(Wave, Wave.id == Champion.wave_id)
        .where(is_champion_on(ground.on), Wave.status != WaveStatus.CANCELLED)
    )
    return Person.id.in_(posts.where(_narrowed(condition, Wave.programme_id, waves)))


def _narrowed(
    condition: Rule, programme_id: SQLColumnExpression[int], in_waves: ColumnElement[bool]
) -> ColumnElement[bool]:
    if not any(part in condition for part in Narrowing):
        return true()
    return or_(programme_id.in_(condition.get(Narrowing.PROGRAMMES, [])), in_waves)


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


def _is_in_confirmation_state(condition: Rule, _ground: Ground) -> ColumnElement[bool]:
    return or_(*(_has_confirmation(value) for value in condition["values"])).self_group()


def _has_confirmation(value: str) -> ColumnElement[bool]:
    word, _, mailing = value.partition(":")
    confirmed = Person.id.in_(who_confirmed(int(mailing)))
    return confirmed if word == CONFIRMED else and_(Person.id.in_(who_was_asked(int(mailing))), not_(confirmed))


def _has_finished(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Completion.person_id == Person.id, counting(), which)


def _is_overdue(ground: Ground) -> ColumnElement[bool]:
    """An assignment of an open wave is past its due day and not all that it asks is finished."""
    return or_(
        false(),
        *(
            and_(_is_assigned(role, ground.open_waves, is_past_due(ground.on)), _lacks_some(needs))
            for role, needs in ground.needs.items()
        ),
    ).self_group()


def _has_not_started(ground: Ground) -> ColumnElement[bool]:
    """Something is assigned by an open wave, and nothing of all that is assigned was ever finished."""
    assigned = [(_is_assigned(role, ground.open_waves), needs) for role, needs in ground.needs.items()]
    begun = [and_(here, _has_finished(Completion.module_id.in_(sorted(needs.modules)))) for here, needs in assigned]
    return and_(or_(false(), *(here for here, _ in assigned)), not_(or_(false(), *begun))).self_group()


def _is_assigned(role: TrainingRole, waves: frozenset[int], *which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        Assignment.person_id == Person.id,
        is_asked(),
        Assignment.role == role,
        Assignment.wave_id.in_(sorted(waves)),
        *which,
    )


def _lacks_some(needs: Needs) -> ColumnElement[bool]:
    lacking = _finished_of(needs.required) < len(needs.required)
    return or_(lacking, _finished_of(needs.choices) < needs.choices_needed)


def _finished_of(modules: frozenset[int]) -> ColumnElement[int]:
    finished = select(func.count(distinct(Completion.module_id))).where(
        Completion.person_id == Person.id, counting(), Completion.module_id.in_(sorted(modules))
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
    Field.STAKEHOLDER_GROUP: _is_among,
    Field.CHAMPION: _is_champion,
    Field.TRAINING_STATE: _is_in_training_state,
    Field.CONFIRMATION: _is_in_confirmation_state,
    Field.MANAGER_OF_PEOPLE: _has_reports,
    Field.PERSON: lambda condition, _ground: Person.id.in_(condition["values"]),
}
