"""What an applied run did: to whom, and from which departments it moved people."""

from sqlalchemy import Select, or_, select

from engagement.db import db
from engagement.intake.models import KNOWN, ImportChange, ImportRun
from engagement.intake.rules import ChangeKind
from engagement.people.models import Department
from engagement.people.queries import department_successors


def of_kind(run: ImportRun, *kinds: ChangeKind) -> Select[int]:
    """Return the SELECT of the ids of people to whom the run does this."""
    return select(ImportChange.person_id).where(ImportChange.run_id == run.id, ImportChange.kind.in_(kinds))


def with_other_address(run: ImportRun) -> Select[int]:
    """Return the SELECT of the ids of those known people who get another address, or come back and may find theirs given up."""
    changes = ImportChange.changes["email"]
    old, new = changes[0].as_string(), changes[1].as_string()
    differs = or_(old.is_not(None), new.is_not(None), ImportChange.kind == ChangeKind.RETURNED)
    return of_kind(run, *KNOWN).where(differs)


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
