"""What a file would change of values that somebody gave by hand, and people added by hand whom it leaves out: both stay."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.intake.comparing.queries.desired import ResolvedRows, filled
from engagement.intake.models import KNOWN, ImportRun, StagedMatch, StagedPerson
from engagement.intake.reading.rules.problems import Problem, ProblemKind, shown
from engagement.intake.rules import ChangeKind
from engagement.people.by_hand.models import HandValue
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Department, Person

_SEEN = {HandField.NAME: "name", HandField.EMAIL: "email"}


def kept_by_hand(run: ImportRun) -> list[Problem]:
    """Return a note for each value of the file that doesn’t replace one given by hand, and for each person left out who stays."""
    names = set(filled(run))
    fields = [field for field in HandField if field is not HandField.HERE and names & set(field.columns)]
    return [note for field in fields for note in _kept(run, field)] + (_left_out(run) if run.is_full else [])


def _kept(run: ImportRun, field: HandField) -> list[Problem]:
    found = db.session.execute(_kept_values(run.id, field, db.engine.dialect.name))
    return [
        Problem(
            line,
            None,
            ProblemKind.KEPT_BY_HAND,
            f"Line {line}: {name}: the {field.word.lower()} stays {_value(stays)}, given by hand on {at:%-d %B %Y} by {by}. "
            f"The file has {_value(other)}.",
        )
        for line, name, other, stays, at, by in found
    ]


@lru_cache(maxsize=64)
def _kept_values(run_id: int, field: HandField, dialect: str) -> Select[*tuple[Any, ...]]:
    """Return the statement for the values of a field that differ from the file's: line, person, the file's, ours, when, by whom."""
    rows = ResolvedRows(run_id, dialect)
    manager, boss = aliased(Person), aliased(Person)
    column = _SEEN.get(field, field.columns[0])
    said: Any = rows.values[column]
    differs = said.is_distinct_from(getattr(Person, column))
    if field is HandField.DEPARTMENT:
        told, stands = StagedPerson.department, Department.path
    elif field is HandField.MANAGER:
        told, stands = boss.name, manager.name
    else:
        told, stands = said, getattr(Person, column)
    return (
        rows.of_kinds(ChangeKind.UNCHANGED, *KNOWN)
        .join(HandValue, and_(HandValue.person_id == StagedMatch.person_id, HandValue.field == field))
        .join(Person, Person.id == StagedMatch.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .outerjoin(manager, manager.id == Person.manager_id)
        .outerjoin(boss, boss.id == rows.values["manager_id"])
        .where(differs)
        .with_only_columns(StagedMatch.line, Person.name, told, stands, HandValue.given_at, HandValue.given_by)
        .order_by(StagedMatch.line)
    )


def _value(text: str | None) -> str:
    return shown(text) if text else "empty"


def _left_out(run: ImportRun) -> list[Problem]:
    listed = exists().where(StagedMatch.run_id == run.id, StagedMatch.person_id == Person.id)
    rows = (
        select(Person.name, HandValue.given_at, HandValue.given_by)
        .join(HandValue, and_(HandValue.person_id == Person.id, HandValue.field == HandField.HERE))
        .where(Person.left_at.is_(None), ~listed)
        .order_by(Person.sorted_by, Person.id)
    )
    return [
        Problem(
            None,
            None,
            ProblemKind.KEPT_BY_HAND,
            f"{name}, added by hand on {at:%-d %B %Y} by {by}, is not in this file and stays.",
        )
        for name, at, by in db.session.execute(rows)
    ]
