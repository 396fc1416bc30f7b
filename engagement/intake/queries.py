"""Reads of imports: runs, what a staged run would do to whom, what an applied one did, saved mappings."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from engagement.db import db
from engagement.intake.comparing.queries.desired import desired, filled
from engagement.intake.models import ImportChange, ImportRun, SavedMapping, StagedMatch, StagedPerson
from engagement.intake.rules import ROLE_BITS, ChangeKind, RunStatus
from engagement.people.models import Department, Person
from engagement.searching import by_name


@dataclass(frozen=True)
class FieldChange:
    """One value of a person, old and new, in words; "" for none."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class PersonChange:
    """What a run does to one person; `line` is their line in the file, None for somebody missing from it."""

    person_id: int
    name: str
    email: str
    department: str
    line: int | None
    changes: list[FieldChange]


WORDS = {
    "employee_id": "employee number",
    "email": "e-mail",
    "first_name": "first name",
    "last_name": "last name",
    "name": "name",
    "job_title": "job title",
    "location": "location",
    "country": "country",
    "timezone": "time zone",
    "language": "language",
    "start_on": "first day",
    "end_on": "last day",
    "department_id": "department",
    "manager_id": "manager",
    "roles": "training roles",
}


def runs() -> Select[ImportRun]:
    """Return a SELECT of all runs except dropped ones, newest first."""
    query = select(ImportRun).where(ImportRun.status != RunStatus.DISCARDED)
    return query.order_by(ImportRun.started_at.desc(), ImportRun.id.desc())


def saved_mappings() -> list[SavedMapping]:
    return list(db.session.scalars(select(SavedMapping).order_by(by_name(SavedMapping.name), SavedMapping.id)))


def mapping_named(name: str) -> SavedMapping | None:
    return db.session.scalar(select(SavedMapping).where(SavedMapping.name == name))


def people_of_run(run: ImportRun, kind: ChangeKind, *, offset: int = 0, limit: int = 50) -> list[PersonChange]:
    """Return some of the people with a change of this kind, by line of the file; by name once it is applied."""
    if not run.is_staged:
        return _changed_people(run, kind, offset, limit)
    if kind is ChangeKind.LEFT:
        return _leavers(run, offset, limit)
    wanted = desired(run, kind)
    rows = db.session.execute(select(wanted).order_by(wanted.c.line).offset(offset).limit(limit)).mappings().all()
    places = _paths({row[name] for row in rows for name in ("department_id", "old_department_id")})
    paths = _staged_paths(run, {row["line"] for row in rows})
    names = _names(run, {row[name] for row in rows for name in ("manager_id", "old_manager_id")})
    found = []
    for row in rows:
        known = kind is not ChangeKind.NEW
        pairs = {name: (row[f"old_{name}"], row[name]) for name in filled(run)} if known else {}
        department = (
            paths.get(row["line"], "") if "department_id" in filled(run) else places.get(row["old_department_id"], "")
        )
        changes = [
            FieldChange(
                WORDS[name],
                _in_words(name, old, places, names),
                department if name == "department_id" else _in_words(name, new, places, names),
            )
            for name, (old, new) in pairs.items()
            if old != new or (name == "department_id" and row["to_new_department"])
        ]
        found.append(PersonChange(row["person_id"], row["name"], row["email"], department, row["line"], changes))
    return found


def _leavers(run: ImportRun, offset: int, limit: int) -> list[PersonChange]:
    rows = db.session.execute(
        select(Person.id, Person.name, Person.email, Department.path)
        .join(StagedMatch, StagedMatch.person_id == Person.id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(StagedMatch.run_id == run.id, StagedMatch.kind == ChangeKind.LEFT)
        .order_by(Person.sorted_by, Person.id)
        .offset(offset)
        .limit(limit)
    )
    return [PersonChange(id_, name, email or "", path or "", None, []) for id_, name, email, path in rows]


def _changed_people(run: ImportRun, kind: ChangeKind, offset: int, limit: int) -> list[PersonChange]:
    rows = db.session.execute(
        select(Person.id, Person.name, Person.email, Department.path, ImportChange.changes)
        .join(ImportChange, ImportChange.person_id == Person.id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(ImportChange.run_id == run.id, ImportChange.kind == kind)
        .order_by(Person.sorted_by, Person.id)
        .offset(offset)
        .limit(limit)
    ).all()
    pairs = [changes or {} for *_, changes in rows]
    places = _paths({value for changed in pairs for value in changed.get("department_id", [])})
    names = _names(run, {value for changed in pairs for value in changed.get("manager_id", [])})
    return [
        PersonChange(
            id_,
            name,
            email or "",
            path or "",
            None,
            [
                FieldChange(WORDS[key], _in_words(key, old, places, names), _in_words(key, new, places, names))
                for key, (old, new) in changed.items()
                if key in WORDS
            ],
        )
        for (id_, name, email, path, _), changed in zip(rows, pairs, strict=True)
    ]


def _in_words(name: str, value: Any, places: dict[int, str], names: dict[int, str]) -> str:
    if value is None:
        return ""
    if name == "department_id":
        return places.get(value, "")
    if name == "manager_id":
        return names.get(value, "")
    if name == "roles":
        return ", ".join(role.word for role, bit in ROLE_BITS.items() if value & bit)
    return str(value)


def _paths(ids: set[int | None]) -> dict[int, str]:
    return _pairs(select(Department.id, Department.path).where(Department.id.in_(ids)))


def _staged_paths(run: ImportRun, lines: set[int]) -> dict[int, str]:
    rows = select(StagedPerson.line, StagedPerson.department).where(
        StagedPerson.run_id == run.id, StagedPerson.line.in_(lines)
    )
    return _pairs(rows)


def _names(run: ImportRun, ids: set[int | None]) -> dict[int, str]:
    """Return the names of people by id, including people who are new in this run."""
    names = _pairs(select(Person.id, Person.name).where(Person.id.in_(ids)))
    new = (
        select(StagedMatch.person_id, StagedPerson.name)
        .join(StagedPerson, StagedPerson.line == StagedMatch.line)
        .where(
            StagedMatch.run_id == run.id, StagedPerson.run_id == run.id, StagedMatch.person_id.in_(ids - names.keys())
        )
    )
    return names | _pairs(new)


def _pairs(rows: Select[int, str]) -> dict[int, str]:
    return dict(db.session.execute(rows).all())
