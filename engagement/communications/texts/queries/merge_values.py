"""The values of merge fields: those that all readers share, and SQL columns for each person's own."""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, case, cast, func, literal, select

from engagement.communications.models import Communication, Occurrence
from engagement.communications.texts.rules.merge_fields import CONSTANT, FIELDS, OF_SCOPE, VALUE
from engagement.content.frames import frame_in
from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Workflow
from engagement.programmes.rules import lines_of
from engagement.programmes.scope.queries import current_statements
from engagement.programmes.scope.rules import StatementFor
from engagement.value.queries.by_wave import value_of_programme
from engagement.value.queries.present import MetricShown
from engagement.waves.queries import workflows_of_waves
from engagement.words import day_words, listed

#: Personal fields whose values contain words of the service, which follow the language of the text.
IN_ITS_LANGUAGE = ("department", "training_role")


def constants_of(
    communication: Communication,
    on: date,
    workflows: Iterable[Workflow] | None = None,
    language: str = "en",
    *,
    with_value: bool = False,
) -> dict[str, str]:
    """Return the values that all readers share; without a wave its values are missing.

    `on` is the day of sending: a go-live in another year is written with its year, in the manner of `language`.
    `workflows` are those of the wave; None reads them, and what their scope statements say. What waves are worth is read only
    `with_value`.
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
            values |= _scope_of(named)
    if with_value:
        values[VALUE] = "\n".join(_value_lines(communication.programme_id, language))
    return values


def _value_lines(programme_id: int, language: str) -> list[str]:
    """Return what each wave that went live has brought, a line for each metric, in the words of a language."""
    say, lines = frame_in(language).say, list[str]()
    for each in value_of_programme(programme_id):
        lines += [_value_line(each.wave.title, metric, language) for metric in each.metrics]
        if not each.metrics and not each.others:
            lines.append(say("value_unmeasured", wave=each.wave.title))
    return lines or [say("value_none")]


def _value_line(wave: str, shown: MetricShown, language: str) -> str:
    say, metric, way = frame_in(language).say, shown.metric, shown.way
    names = {"wave": wave, "metric": f"{metric.workflow.name}, {metric.name}"}
    if shown.latest is None:
        return say("value_unread", **names)
    names |= {
        "value": metric.said(shown.latest.value),
        "day": day_words(shown.latest.measured_on, with_year=True, language=language),
    }
    before = shown.baseline.value if shown.baseline else None
    if way.done is None or way.planned is None or before is None or metric.target is None:
        return say("value_read", **names)
    compared = {"before": metric.said(before), "target": metric.said(metric.target)}
    return say("value_planned", **names, **compared, done=str(way.done), planned=f"{way.planned:.0f}")


def _scope_of(workflows: Sequence[Workflow]) -> dict[str, str]:
    """Return what the statements for all roles say, a sentence for each workflow; its name comes first where there are several."""
    current = current_statements(workflow.id for workflow in workflows)
    said = [
        (w, current[w.id][StatementFor.EVERYBODY]) for w in workflows if StatementFor.EVERYBODY in current.get(w.id, {})
    ]
    found = {}
    for field in OF_SCOPE:
        points = [(workflow.name, lines_of(getattr(statement, field))) for workflow, statement in said]
        parts = [(name, "; ".join(each)) for name, each in points if each]
        found[field] = " ".join(f"{name}: {text}" if len(workflows) > 1 else text for name, text in parts)
    return found


def constants_for(
    occurrence: Occurrence,
    workflows: Iterable[Workflow] | None = None,
    language: str = "en",
    *,
    with_value: bool = False,
) -> dict[str, str]:
    """Return the values that all readers of one message share; the rest is as `constants_of` takes it."""
    communication = occurrence.communication
    on = occurrence.sends_at.astimezone(ZoneInfo(communication.timezone)).date()
    return constants_of(communication, on, workflows, language, with_value=with_value)


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
    bits = {role: 2**place for place, role in enumerate(sorted(TrainingRole))}
    sets = {
        total: listed((role.value for role, bit in bits.items() if total & bit), language=language)
        for total in range(1, 2 ** len(bits))
    }
    total = func.sum(case(*((PersonRole.role == role, literal(bit)) for role, bit in bits.items())))
    held = select(total).where(PersonRole.person_id == Person.id).correlate(Person).scalar_subquery()
    return case(sets, value=held, else_=literal(TrainingRole.USER.value, String))


def values_for(person_id: int, names: Iterable[str], language: str = "en") -> dict[str, str]:
    """Return one person's values of the fields in a text of this language, from the columns that sending uses."""
    columns = person_columns(names, language)
    if not columns:
        return {}
    row = db.session.execute(
        select(*(column.label(name) for name, column in columns.items())).where(Person.id == person_id)
    ).one()
    return {name: str(row._mapping[name]) for name in columns}
