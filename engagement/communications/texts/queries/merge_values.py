"""The values of merge fields: those that all readers share, and SQL columns for each person's own."""

from collections.abc import Collection, Iterable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, case, cast, func, literal, select

from engagement.communications.models import Communication, Occurrence
from engagement.communications.texts.queries.scope_texts import published_for, published_of
from engagement.communications.texts.rules.merge_fields import CONSTANT, FIELDS
from engagement.communications.texts.rules.scope_values import scope_values
from engagement.content.frames import FIRST, frame_in
from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.roles.queries import roles_held
from engagement.people.roles.rules import SETS
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Workflow
from engagement.waves.queries import workflows_of_waves
from engagement.words import day_words, listed

#: Personal fields whose values contain words of the service, which follow the language of the text.
IN_ITS_LANGUAGE = ("department", "training_role")


def constants_of(
    communication: Communication,
    on: date,
    workflows: Iterable[Workflow] | None = None,
    language: str = "en",
    roles: Collection[TrainingRole] = (),
) -> dict[str, str]:
    """Return the values that all readers with exactly these training roles share; without a wave its values are missing.

    `on` is the day of sending: a go-live in another year is written with its year, in the manner of `language`.
    `workflows` are those of the wave; None reads them, and what their scope statements say.
    """
    values = {"programme": communication.programme.name, "sender_name": communication.owner.name}
    wave = communication.wave
    if wave is not None:
        day = wave.go_live_on
        named = list(workflows_of_waves([wave.id]).get(wave.id, []) if workflows is None else workflows)
        values["wave"] = wave.title
        values["go_live"] = day_words(day, with_year=day.year != on.year, language=language)
        values["workflow"] = listed((workflow.name for workflow in named), language=language)
        if workflows is None:
            values |= scope_values(published_of(named), roles, frame_in(language).say("not_published"))
    return values


def constants_for(
    occurrence: Occurrence,
    workflows: Iterable[Workflow] | None = None,
    language: str = "en",
    roles: Collection[TrainingRole] = (),
) -> dict[str, str]:
    """Return the values that readers of one message share; the parameters are as `constants_of` takes them."""
    communication = occurrence.communication
    on = occurrence.sends_at.astimezone(ZoneInfo(communication.timezone)).date()
    return constants_of(communication, on, workflows, language, roles)


def constants_by_role(occurrence: Occurrence) -> dict[str, str]:
    """Return what scope statements say to readers with one training role, by field and role as in "people_do:leader"."""
    published, nothing = published_for(occurrence.communication), frame_in(FIRST).say("not_published")
    return {
        f"{field}:{role}": value
        for role in TrainingRole
        for field, value in scope_values(published, [role], nothing).items()
    }


def person_columns(names: Iterable[str], language: str = "en") -> dict[str, ColumnElement[str]]:
    """Return for each personal field the column of a SELECT from `Person` with its value.

    `language` is that of the text; words of the service follow it.
    """
    return {name: _column(name, language) for name in names if name not in CONSTANT}


def _column(name: str, language: str) -> ColumnElement[str]:
    path = FIELDS[name].path
    if path is not None:
        return literal(path, String)
    if name == "first_name":
        return func.coalesce(func.nullif(Person.first_name, ""), Person.name)
    if name == "department":
        named = select(Department.name).where(Department.id == Person.department_id).scalar_subquery()
        return func.coalesce(named, frame_in(language).say("your_department"))
    if name == "training_role":
        return _roles(language)
    return cast(Person.name, String)


def _roles(language: str) -> ColumnElement[str]:
    """Return a column with a person's training roles as a list in this language; "user" for a person without roles."""
    sets = {number: listed(sorted(role.value for role in roles), language=language) for number, roles in SETS.items()}
    return case(sets, value=roles_held(), else_=literal(TrainingRole.USER.value, String))


def values_for(person_id: int, names: Iterable[str], language: str = "en") -> dict[str, str]:
    """Return one person's values of the fields in a text of this language, from the columns that sending uses."""
    columns = person_columns(names, language)
    if not columns:
        return {}
    row = db.session.execute(
        select(*(column.label(name) for name, column in columns.items())).where(Person.id == person_id)
    ).one()
    return {name: str(row._mapping[name]) for name in columns}
