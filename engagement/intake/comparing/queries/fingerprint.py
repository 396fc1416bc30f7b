"""What somebody saw in a preview, as a short text: the same text means that the run would still change exactly that."""

import hashlib
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, exists, func, select
from sqlalchemy.orm import aliased

from engagement.audit import AuditEntry
from engagement.db import db
from engagement.intake.comparing import desired, filled
from engagement.intake.matching import MANAGER_COLUMNS
from engagement.intake.models import KNOWN, ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.rules import ChangeKind, ReferenceKind
from engagement.people.models import Person


def directory_mark() -> str:
    """Return a text that differs whenever somebody changed anything: every change leaves an entry in the audit."""
    last = db.session.scalar(select(func.max(AuditEntry.id)))
    person = db.session.scalar(select(func.max(Person.id)))
    return f"{last or 0}/{person or 0}"


def fingerprint(run: ImportRun) -> str:
    """Return a text that differs whenever a compared run would do something else: to whom, what from what to what.

    People who are new go by their line, since each comparison gives them other ids. Nobody who stays as they are counts.
    """
    seen = hashlib.blake2b(digest_size=16)
    for query in _outcome(run):
        for rows in db.session.execute(query).partitions(5_000):
            seen.update(repr([tuple(row) for row in rows]).encode())
        seen.update(b"\n")
    return seen.hexdigest()


def _outcome(run: ImportRun) -> list[Select[*tuple[Any, ...]]]:
    """The SELECTs of what would happen to people, few for a first file, which is the largest."""
    if not db.session.scalar(select(exists().where(Person.id.is_not(None)))):
        # Everybody is new, and all their managers are, so that only departments can be others than they were.
        return [_references(run, ReferenceKind.DEPARTMENT)]
    queries: list[Select[*tuple[Any, ...]]] = [_who_comes_and_goes(run)]
    if any(run.count(kind) for kind in KNOWN):
        queries.append(_changes(run))
    if run.count(ChangeKind.NEW):
        queries += [_named_by_newcomers(run, kind) for kind in ReferenceKind if _may_be_named(run, kind)]
    return queries


def _who_comes_and_goes(run: ImportRun) -> Select[*tuple[Any, ...]]:
    kinds = (ChangeKind.NEW, ChangeKind.LEFT)
    who = case((StagedMatch.kind == ChangeKind.NEW, StagedMatch.line), else_=StagedMatch.person_id)
    rows = select(cast(StagedMatch.kind, Text), who.label("who"))
    return rows.where(StagedMatch.run_id == run.id, StagedMatch.kind.in_(kinds)).order_by(StagedMatch.kind, "who")


def _changes(run: ImportRun) -> Select[*tuple[Any, ...]]:
    """What each known person is, and what texts of the file stand for; all else that they would be, the file fixes."""
    wanted, boss = desired(run, *KNOWN), aliased(StagedMatch)
    resolved: dict[str, Any] = {name: wanted.c[name] for name in ("department_id", "manager_id", "roles")}
    resolved["manager_id"] = _by_line(boss, wanted.c.manager_id)
    fields = filled(run)
    values = [*(wanted.c[f"old_{name}"] for name in fields), *(resolved[name] for name in fields if name in resolved)]
    array = func.json_build_array if db.engine.dialect.name == "postgresql" else func.json_array
    whole = cast(array(wanted.c.to_new_department, wanted.c.old_left_at, *values), Text)
    rows = select(wanted.c.person_id, cast(wanted.c.kind, Text), whole)
    return rows.outerjoin(boss, _is_matched(boss, run, wanted.c.manager_id)).order_by(wanted.c.person_id)


def _may_be_named(run: ImportRun, kind: ReferenceKind) -> bool:
    column = {ReferenceKind.MANAGER_EMAIL: "manager_email", ReferenceKind.MANAGER_ID: "manager_id"}
    return column.get(kind, "department") in run.columns


def _named_by_newcomers(run: ImportRun, kind: ReferenceKind) -> Select[*tuple[Any, ...]]:
    """What departments or managers that rows of new people name stand for."""
    named = MANAGER_COLUMNS[kind][0] if kind in MANAGER_COLUMNS else StagedPerson.department
    new = (
        select(named)
        .join(StagedMatch, and_(StagedMatch.run_id == run.id, StagedMatch.line == StagedPerson.line))
        .where(StagedPerson.run_id == run.id, StagedMatch.kind == ChangeKind.NEW)
    )
    return _references(run, kind).where(StagedReference.value.in_(new))


def _references(run: ImportRun, kind: ReferenceKind) -> Select[*tuple[Any, ...]]:
    boss = aliased(StagedMatch)
    rows = select(StagedReference.value, StagedReference.row_id)
    if kind in MANAGER_COLUMNS:
        rows = select(StagedReference.value, _by_line(boss, StagedReference.row_id))
        rows = rows.outerjoin(boss, _is_matched(boss, run, StagedReference.row_id))
    return rows.where(StagedReference.run_id == run.id, StagedReference.kind == kind).order_by(StagedReference.value)


def _is_matched(boss: Any, run: ImportRun, person_id: Any) -> ColumnElement[bool]:
    return and_(boss.run_id == run.id, boss.person_id == person_id)


def _by_line(boss: Any, person_id: Any) -> ColumnElement[int]:
    """Somebody new by the line, made negative; anybody else by the id."""
    return case((boss.kind == ChangeKind.NEW, -boss.line), else_=person_id)
