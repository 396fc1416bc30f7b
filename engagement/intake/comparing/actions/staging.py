"""Rows of a file written to the staging table as fast as each engine takes them, with a batch of them in memory at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Select, func, select, union, update

from engagement.db import db, rows_changed
from engagement.intake.models import StagedPerson
from engagement.intake.progress import Progress, Step
from engagement.intake.reading import HrFile
from engagement.intake.roster import RosterLine, check_rows
from engagement.intake.rules import (
    Field,
    ManagerKey,
    ManagerRef,
    Problem,
    ProblemKind,
    Severity,
    lines_at_fault,
    role_mask,
)
from engagement.intake.staff_rows import Batch
from engagement.intake.statistics import refresh_statistics
from engagement.people.rules import TrainingRole, search_texts

MOST_PROBLEMS = 1_000
COLUMNS = tuple(column.name for column in StagedPerson.__table__.columns)


@dataclass
class Staged:
    """What writing a file to the staging table brought to light.

    `problems` are the first `MOST_PROBLEMS` in the order of lines. `bad_rows` counts rows with an error, `unplaced` those of
    them that may be about anybody, so that nobody can be said to be missing from the file. `absent_managers` have no row in
    the file; the directory may know them.
    """

    rows: int = 0
    bad_rows: int = 0
    unplaced: int = 0
    warnings: int = 0
    problems: list[Problem] = field(default_factory=list)
    problems_total: int = 0
    absent_managers: dict[ManagerRef, Problem] = field(default_factory=dict)

    def note(self, problems: list[Problem]) -> None:
        """Count problems and keep them while there is room."""
        self.problems_total += len(problems)
        self.problems += problems[: max(0, MOST_PROBLEMS - len(self.problems))]
        self.warnings += sum(problem.severity is Severity.WARNING for problem in problems)


def stage_rows(run_id: int, file: HrFile, progress: Progress) -> Staged:
    """Write every row of the file that can be read to the staging table, and find what is wrong with the file."""
    staged = Staged()
    _write(run_id, _noted(file, staged))
    unreadable = [problem for problem in file.problems if problem.severity is Severity.ERROR]
    staged.note(file.problems)
    lost = {problem.line for problem in unreadable}
    staged.bad_rows += len(lost)
    staged.unplaced += len(lost)
    refresh_statistics(StagedPerson)
    found, unresolved = check_rows(_entangled(run_id, file), (), file.header_names)
    unknown = {problem.lines: problem for problem in found if problem.kind is ProblemKind.UNKNOWN_MANAGER}
    staged.absent_managers = {absent.manager: unknown[absent.lines] for absent in unresolved}
    staged.note([problem for problem in found if problem.kind is not ProblemKind.UNKNOWN_MANAGER])
    staged.bad_rows += reject_lines(run_id, lines_at_fault(found))
    staged.problems.sort(key=lambda problem: problem.line or 0)
    progress(*Step.CHECKED.at(staged.rows))
    return staged


def _entangled(run_id: int, file: HrFile) -> Iterator[RosterLine]:
    """The staged rows that the check of the whole file can find at fault, so that the others need not be kept in memory.

    These are all that share an address or a number with another row, all that some row names as manager, and those whose
    manager has no row: a circle of reporting lines consists of managers alone.
    """
    here = StagedPerson.run_id == run_id
    parts: list[Select[int]] = []
    for own, column, named in (
        (StagedPerson.employee_id, Field.MANAGER_ID, StagedPerson.manager_employee_id),
        (StagedPerson.email, Field.MANAGER_EMAIL, StagedPerson.manager_email),
    ):
        twice = select(own).where(here, own.is_not(None)).group_by(own).having(func.count() > 1)
        parts.append(select(StagedPerson.line).where(here, own.in_(twice)))
        if column not in file.columns:
            continue
        bosses = select(named).where(here, named.is_not(None))
        parts.append(select(StagedPerson.line).where(here, own.in_(bosses)))
        # As a join rather than as NOT IN or NOT EXISTS, because only this is quick on both engines.
        known = select(own.label("value")).where(here, own.is_not(None)).distinct().subquery()
        absent = select(StagedPerson.line).outerjoin(known, known.c.value == named)
        parts.append(absent.where(here, named.is_not(None), known.c.value.is_(None)))
    bosses_named = (StagedPerson.manager_employee_id, StagedPerson.manager_email)
    rows = (
        select(StagedPerson.line, StagedPerson.employee_id, StagedPerson.email, StagedPerson.name, *bosses_named)
        .where(here, StagedPerson.line.in_(union(*parts)))
        .order_by(StagedPerson.line)
    )
    for line, number, email, name, boss_number, boss_email in db.session.execute(rows):
        manager = ManagerRef(ManagerKey.EMPLOYEE_ID, boss_number) if boss_number else None
        if boss_email:
            manager = ManagerRef(ManagerKey.EMAIL, boss_email)
        yield RosterLine(line, number or "", email or "", name, manager)


def reject_lines(run_id: int, lines: frozenset[int]) -> int:
    """Mark staged rows as not to be used; returns how many were usable until now."""
    rejected = 0
    wanted = iter(sorted(lines))
    while some := list(islice(wanted, 500)):
        rejected += rows_changed(
            update(StagedPerson)
            .where(StagedPerson.run_id == run_id, StagedPerson.line.in_(some), StagedPerson.is_rejected.is_(False))
            .values(is_rejected=True)
        )
    return rejected


def _noted(file: HrFile, staged: Staged) -> Iterator[Batch]:
    """The rows of the file, counted, with their problems noted."""
    for batch in file.batches():
        staged.rows += len(batch.lines)
        staged.bad_rows += len(batch.problems)
        for problems in batch.problems.values():
            staged.note(problems)
        if batch.problems:
            nameless = (row.line for row in batch.rows() if not (row.employee_id or row.email))
            staged.unplaced += len(batch.problems.keys() & set(nameless))
        yield batch


def _write(run_id: int, batches: Iterator[Batch]) -> None:
    connection: Any = db.session.connection().connection.driver_connection
    table = StagedPerson.__tablename__
    if db.engine.dialect.name == "sqlite":
        marks = ", ".join("?" * len(COLUMNS))
        insert = f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608
        for batch in batches:
            connection.executemany(insert, zip(*_columns(run_id, batch), strict=True))
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for batch in batches:
            copy.write(_copied(_columns(run_id, batch)))


def _columns(run_id: int, batch: Batch) -> list[list[Any]]:
    """The values of some rows, a list for each of `COLUMNS`."""
    (
        lines, employee_ids, emails, first_names, last_names, names, job_titles, departments, managers,
        locations, countries, timezones, languages, starts, ends, roles,
    ) = batch.columns  # fmt: skip
    return [
        [run_id] * len(lines),
        lines,
        [int(line in batch.problems) for line in lines],
        [number or None for number in employee_ids],
        [email or None for email in emails],
        first_names,
        last_names,
        names,
        job_titles,
        departments,
        [manager.value if manager and manager.key is ManagerKey.EMAIL else None for manager in managers],
        [manager.value if manager and manager.key is ManagerKey.EMPLOYEE_ID else None for manager in managers],
        locations,
        countries,
        [timezone or None for timezone in timezones],
        [language or None for language in languages],
        [day and day.isoformat() for day in starts],
        [day and day.isoformat() for day in ends],
        [_mask(held) for held in roles],
        search_texts(zip(names, emails, employee_ids, strict=True)),
    ]


@cache
def _mask(roles: frozenset[TrainingRole]) -> int:
    return role_mask(roles)


def _copied(columns: list[list[Any]]) -> str:
    """Rows in PostgreSQL's text format. Cells are looked at one by one only where some of them need escaping."""
    nothing = [column.count(None) for column in columns]
    texts = [_texts(column, bool(missing)) for column, missing in zip(columns, nothing, strict=True)]
    block = "\n".join(map("\t".join, zip(*texts, strict=True)))
    rows = len(columns[0])
    signs = (block.count("\\"), block.count("\t"), block.count("\n"), block.count("\r"))
    if signs != (sum(nothing), rows * (len(columns) - 1), rows - 1, 0):
        texts = [["\\N" if value is None else _escaped(str(value)) for value in column] for column in columns]
        block = "\n".join(map("\t".join, zip(*texts, strict=True)))
    return block + "\n"


def _texts(column: list[Any], has_gaps: bool) -> list[str]:
    if has_gaps:
        return ["\\N" if value is None else value for value in column]
    return column if isinstance(column[0], str) else list(map(str, column))


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(sign, written)
    return text
