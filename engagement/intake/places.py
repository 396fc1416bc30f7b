"""Departments that are not what they were when a file or a run named them: merged into others, or closed."""

from collections.abc import Iterable

from sqlalchemy import select, update

from engagement.db import db, rows_changed
from engagement.intake.models import ImportChange, ImportRun
from engagement.intake.rules import ChangeKind
from engagement.people.models import Department
from engagement.people.queries import department_successors


def left_by(run: ImportRun) -> set[int]:
    """Return the departments from which a run moved people, to which undoing moves them back."""
    before = ImportChange.changes["department_id"][0].as_integer()
    here = (ImportChange.run_id == run.id, ImportChange.kind == ChangeKind.MOVED, before.is_not(None))
    return set(db.session.scalars(select(before).where(*here).distinct()))


def merged_since(run: ImportRun) -> list[tuple[str, str]]:
    """Return the paths of departments from which a run moved people and that were merged since, each with its successor's."""
    merged = department_successors()
    pairs = [(old, merged[old]) for old in left_by(run) & merged.keys()] if merged else []
    ids = {id_ for pair in pairs for id_ in pair}
    paths = dict(db.session.execute(select(Department.id, Department.path).where(Department.id.in_(ids))).all())
    return sorted((paths[old], paths[new]) for old, new in pairs)


def open_again(departments: Iterable[int]) -> None:
    """Open closed departments in which there are people again, with those above them; merged ones stay closed."""
    wanted = set(departments)
    closed = (Department.closed_at.is_not(None), Department.merged_into_id.is_(None))
    if not wanted or db.session.scalar(select(Department.id).where(*closed).limit(1)) is None:
        return
    lineages = db.session.scalars(select(Department.lineage).where(Department.id.in_(wanted)))
    ids = {int(part) for lineage in lineages for part in lineage.strip("/").split("/")}
    rows_changed(update(Department).where(*closed, Department.id.in_(ids)).values(closed_at=None))
