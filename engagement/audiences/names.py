"""What the values of a rule are called, and which values there are to choose from."""

from collections.abc import Iterable, Set
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import InstrumentedAttribute

from engagement.audiences.models import Audience
from engagement.audiences.rules import (
    CONFIRMED,
    FINISHED,
    NOT_CONFIRMED,
    NOT_FINISHED,
    NOT_STARTED,
    OVERDUE,
    Field,
    Narrowing,
    Rule,
    conditions_of,
    confirmation_asked,
    narrowed_to,
    values_of,
)
from engagement.audiences.wording import Names
from engagement.db import db
from engagement.mail.confirming import titles_to_confirm
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.models import Module
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

#: What the empty value means where people may have none of their own.
_NOT_GIVEN = {
    Field.LOCATION: "no location",
    Field.COUNTRY: "no country",
    Field.LANGUAGE: "the organisation’s language",
}
_COLUMNS: dict[Field, InstrumentedAttribute[Any]] = {
    Field.LOCATION: Person.location,
    Field.COUNTRY: Person.country,
    Field.LANGUAGE: Person.language,
}


def names_for(rule: Rule, waves: Iterable[int] = ()) -> Names:
    """Return what everything is called that the rule names, and these waves besides; what is gone has no name."""
    found: dict[Field | Narrowing, dict[Any, str]] = {}
    fields = {Field(condition["field"]) for condition in conditions_of(rule)}
    for field in fields:
        found[field] = _names(field, [*values_of(rule, field), *(waves if field is Field.WAVE else ())])
    if any(field.can_be_narrowed for field in fields):
        programmes = narrowed_to(rule, Narrowing.PROGRAMMES)
        rows = db.session.execute(select(Programme.id, Programme.name).where(Programme.id.in_(programmes)))
        found[Narrowing.PROGRAMMES] = dict(rows.all())
        found[Narrowing.WAVES] = _names(Field.WAVE, [*narrowed_to(rule, Narrowing.WAVES), *waves])
    return found


def _names(field: Field, values: list[Any]) -> dict[Any, str]:
    if field is Field.DEPARTMENT:
        rows = db.session.scalars(select(Department).where(Department.id.in_(values)))
        return {row.id: f"{row.path} (closed)" if row.closed_at else row.path for row in rows}
    if field is Field.WAVE:
        return {wave.id: title_of(wave) for wave in db.session.scalars(_waves().where(Wave.id.in_(values)))}
    if field is Field.PERSON:
        rows_of_people = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(values)))
        return dict(rows_of_people.all())
    if field is Field.AUDIENCE:
        return dict(db.session.execute(select(Audience.id, Audience.name).where(Audience.id.in_(values))).all())
    if field in (Field.TRAINING_ROLE, Field.WAVE_STATE, Field.STAKEHOLDER_GROUP, Field.TRAINING_STATE):
        return dict(offered(field))
    if field is Field.CONFIRMATION:
        return dict(_confirmation_states({asked[1] for asked in map(confirmation_asked, values) if asked}))
    return {value: value or _NOT_GIVEN.get(field, value) for value in values}


def _waves() -> Select[Wave]:
    return select(Wave).options(joinedload(Wave.programme)).order_by(Wave.programme_id, Wave.number)


def title_of(wave: Wave) -> str:
    """Return a wave with its programme, since waves of several programmes have the same numbers."""
    return f"{wave.title} ({wave.programme.name})"


def _confirmation_states(mailings: Set[int] = frozenset()) -> list[tuple[Any, str]]:
    """Return what can be asked about confirmations: of the last messages that ask for one, and of these mailings."""
    states: list[tuple[Any, str]] = []
    for mailing_id, title in titles_to_confirm(mailings).items():
        states.append((f"{CONFIRMED}:{mailing_id}", f"have confirmed “{title}”"))
        states.append((f"{NOT_CONFIRMED}:{mailing_id}", f"were asked to confirm “{title}” and have not"))
    return states


def offered(field: Field, besides: int | None = None, chosen: Iterable[str] = ()) -> list[tuple[Any, str]]:
    """Return the values that can be chosen for a field, with their names, in the order of a list.

    `besides` leaves out one audience: the one that is being changed. `chosen` are values that are offered in any case: those
    that a rule has already. Job titles and people are typed, not chosen.
    """
    if field is Field.CONFIRMATION:
        return _confirmation_states({asked[1] for asked in map(confirmation_asked, chosen) if asked})
    if field is Field.DEPARTMENT:
        rows = db.session.execute(
            select(Department.id, Department.path).where(Department.closed_at.is_(None)).order_by(Department.path)
        )
        return list(rows.all())
    if field in _COLUMNS:
        column = _COLUMNS[field]
        held = set(db.session.scalars(select(column).where(Person.left_at.is_(None)).distinct()))
        words = sorted((value for value in held if value), key=str.casefold)
        return [*((word, word) for word in words), ("", _NOT_GIVEN[field].capitalize())]
    if field is Field.TRAINING_ROLE:
        return [(role.value, role.word) for role in TrainingRole]
    if field is Field.WAVE:
        return [(wave.id, title_of(wave)) for wave in db.session.scalars(_waves())]
    if field is Field.WAVE_STATE:
        return [(status.value, status.word.lower()) for status in WaveStatus]
    if field is Field.STAKEHOLDER_GROUP:
        return [(group.value, group.inside) for group in StakeholderGroup]
    if field is Field.TRAINING_STATE:
        return _training_states()
    if field is Field.AUDIENCE:
        others = select(Audience.id, Audience.name).where(Audience.archived_at.is_(None), Audience.id != (besides or 0))
        return list(db.session.execute(others.order_by(Audience.name)).all())
    return []


def offered_places() -> list[tuple[Narrowing, int, str]]:
    """Return the programmes and waves that a condition can be narrowed to, each programme before its waves."""
    waves = list(db.session.scalars(_waves()))
    found = []
    for key, name in db.session.execute(select(Programme.id, Programme.name).order_by(Programme.id)):
        found.append((Narrowing.PROGRAMMES, key, name))
        found += [(Narrowing.WAVES, wave.id, title_of(wave)) for wave in waves if wave.programme_id == key]
    return found


def _training_states() -> list[tuple[Any, str]]:
    modules = db.session.execute(
        select(Module.slug, Module.title).where(Module.withdrawn_at.is_(None)).order_by(Module.title)
    ).all()
    states: list[tuple[Any, str]] = [
        (OVERDUE, "have training that is overdue"),
        (NOT_STARTED, "have not started their training"),
    ]
    for slug, title in modules:
        states.append((f"{FINISHED}:{slug}", f"have finished “{title}”"))
        states.append((f"{NOT_FINISHED}:{slug}", f"have not finished “{title}”"))
    return states
