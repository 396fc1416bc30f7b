"""Circles in reporting lines that appear only when the file is combined with the directory."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy import exists, select

from engagement.db import db
from engagement.intake.comparing.queries.desired import ResolvedRows
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.reading.rules.fields import Field
from engagement.intake.reading.rules.problems import Problem
from engagement.intake.reading.rules.roster import circle_problem, circles
from engagement.intake.rules import ChangeKind, ReferenceKind
from engagement.people.models import Person

#: The kinds of usable rows before it is known whether they change anything.
_USED = (ChangeKind.UNCHANGED, ChangeKind.NEW)
_MANAGER_KINDS = (ReferenceKind.MANAGER_EMAIL, ReferenceKind.MANAGER_ID)


class _Reporting(NamedTuple):
    """A person as after the import; `line` is None without a usable row."""

    line: int | None
    name: str
    manager_id: int | None


def circles_with_directory(run: ImportRun) -> list[Problem]:
    """Return a problem for each circle that runs through rows of the file and through people outside it.

    Circles within the file were found earlier. Only managers of people outside the file are looked up, so a full file
    costs next to nothing.
    """
    found = _everybody_above(run, _managers_outside(run))
    # Rows first, so that a circle is described from its earliest row.
    ids = sorted(found, key=lambda id_: (found[id_].line is None, found[id_].line, id_))
    indexes = {id_: index for index, id_ in enumerate(ids)}
    bosses = [indexes.get(found[id_].manager_id or 0) for id_ in ids]
    column = run.columns.get(Field.MANAGER_EMAIL) or run.columns[Field.MANAGER_ID]
    told = ([found[ids[index]] for index in circle] for circle in circles(bosses))
    return [
        circle_problem([(person.name, person.line) for person in circle], column)
        for circle in told
        if circle[0].line is not None
    ]


def _managers_outside(run: ImportRun) -> set[int]:
    """Return the managers named by rows who have no usable row of their own."""
    here = exists().where(
        StagedMatch.run_id == run.id, StagedMatch.person_id == StagedReference.row_id, StagedMatch.kind.in_(_USED)
    )
    named = select(StagedReference.row_id).where(
        StagedReference.run_id == run.id, StagedReference.kind.in_(_MANAGER_KINDS), ~here
    )
    return {id_ for id_ in db.session.scalars(named) if id_ is not None}


def _everybody_above(run: ImportRun, ids: set[int]) -> dict[int, _Reporting]:
    found: dict[int, _Reporting] = {}
    while ids:
        step = dict(_looked_up(run, ids))
        found |= step
        ids = {person.manager_id for person in step.values() if person.manager_id is not None} - found.keys()
    return found


def _looked_up(run: ImportRun, ids: set[int]) -> Iterator[tuple[int, _Reporting]]:
    rows = ResolvedRows(run.id, db.engine.dialect.name)
    in_file = rows.of_kinds(*_USED).with_only_columns(
        StagedMatch.person_id, StagedPerson.line, StagedPerson.name, rows.values["manager_id"]
    )
    outside = select(Person.id, Person.name, Person.manager_id).where(Person.left_at.is_(None))
    rest = iter(sorted(ids))
    while some := list(islice(rest, 500)):
        staged = db.session.execute(in_file.where(StagedMatch.person_id.in_(some))).all()
        yield from ((id_, _Reporting(line, name, manager_id)) for id_, line, name, manager_id in staged)
        others = set(some) - {id_ for id_, *_ in staged}
        known = db.session.execute(outside.where(Person.id.in_(others)))
        yield from ((id_, _Reporting(None, name, manager_id)) for id_, name, manager_id in known)
