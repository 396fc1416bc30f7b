"""Departments that changed since a file or a run named them: merged into others, closed, or no longer needed."""

from collections.abc import Iterable

from sqlalchemy import Select, select, update

from engagement import audit, clock
from engagement.audit import Actor, AuditEntry
from engagement.db import Base, db, rows_changed
from engagement.intake.models import ImportChange, ImportRun
from engagement.intake.rules import ChangeKind
from engagement.letters import same_key
from engagement.people.models import Department, Person
from engagement.people.rules import paths_with_parents
from engagement.verbs import Verb


def open_again(departments: Iterable[int]) -> None:
    """Reopen closed departments that have people again, and those above them; merged ones stay closed."""
    wanted = set(departments)
    closed = (Department.closed_at.is_not(None), Department.merged_into_id.is_(None))
    if not wanted or db.session.scalar(select(Department.id).where(*closed).limit(1)) is None:
        return
    lineages = db.session.scalars(select(Department.lineage).where(Department.id.in_(wanted)))
    ids = {int(part) for lineage in lineages for part in lineage.strip("/").split("/")}
    rows_changed(update(Department).where(*closed, Department.id.in_(ids)).values(closed_at=None))


def close_unused(run: ImportRun, by: Actor) -> list[str]:
    """Close the departments that an undone run had made and nothing uses; return their paths.

    People whom the run had added count as left, and their closed department is taken from them: if they return later,
    they must not be in a department that no page shows.
    """
    made = _made_by(run)
    added = select(ImportChange.person_id).where(ImportChange.run_id == run.id, ImportChange.kind == ChangeKind.NEW)
    kept = _pointed_at({department.id for department in made}, added)
    closing: list[Department] = []
    for department in sorted(made, key=lambda row: row.lineage.count("/"), reverse=True):
        if department.id in kept:
            kept.add(department.parent_id or 0)
        else:
            closing.append(department)
    for department in closing:
        department.closed_at = clock.now()
        audit.record(Verb.CLOSED_DEPARTMENT, department, by=by)
    gone = [department.id for department in closing]
    rows_changed(update(Person).where(Person.id.in_(added), Person.department_id.in_(gone)).values(department_id=None))
    db.session.flush()
    return sorted(department.path for department in closing)


def _made_by(run: ImportRun) -> list[Department]:
    """Return the open departments that the run made and nobody renamed since."""
    begun = select(AuditEntry.id).where(
        AuditEntry.subject_kind == ImportRun.__tablename__,
        AuditEntry.subject_id == str(run.id),
        AuditEntry.verb == Verb.IMPORTED_PEOPLE,
    )
    entries = select(AuditEntry.subject_id).where(
        AuditEntry.verb == Verb.MADE_DEPARTMENT,
        AuditEntry.id.between(begun.scalar_subquery(), run.last_audit_id),
        AuditEntry.subject_kind == Department.__tablename__,
    )
    ids = [int(id_) for id_ in db.session.scalars(entries) if id_]
    rows = db.session.scalars(select(Department).where(Department.id.in_(ids), Department.closed_at.is_(None)))
    named = set(map(same_key, paths_with_parents(run.new_departments)))
    return [department for department in rows if same_key(department.path) in named]


def _pointed_at(departments: set[int], added: Select[int]) -> set[int]:
    """Return the departments that a row of any table refers to, except rows of people who were `added`.

    People in the department count, and so do open departments below it that are not among `departments`.
    """
    found: set[int] = set()
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column is not Department.__table__.c.id:
                continue
            column = key.parent
            pointing = select(column).where(column.in_(departments)).distinct()
            if column is Person.__table__.c.department_id:
                pointing = pointing.where(Person.id.not_in(added))
            if column is Department.__table__.c.parent_id:
                pointing = pointing.where(Department.id.not_in(departments), Department.closed_at.is_(None))
            found |= set(db.session.scalars(pointing))
    return found
