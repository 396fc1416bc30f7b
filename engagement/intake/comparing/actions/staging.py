"""Writes the rows of a file to the staging table, and finds problems of the file as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Select, func, insert, select, union, update

from engagement import clock
from engagement.db import db, note_growth, rows_changed
from engagement.intake.models import StagedPerson
from engagement.intake.reading.queries.files import HrFile, ReadRow
from engagement.intake.reading.rules.fields import Field, ManagerKey, ManagerRef, StaffRow
from engagement.intake.reading.rules.problems import Problem, ProblemKind, Severity, lines_at_fault
from engagement.intake.reading.rules.roster import RosterLine, check_rows
from engagement.intake.rules import Progress, Step, role_mask
from engagement.people.rules import person_keys

MOST_PROBLEMS = 1_000


@dataclass
class Staged:
    """What staging a file found.

    `problems` are the first `MOST_PROBLEMS` in the order of lines. `bad_rows` counts rows with an error; `unplaced`
    counts those of them that may be about anybody, so that nobody can be said to be missing from the file.
    `about_leavers` counts rows of people who have left; these are not staged. `absent_managers` have no row in the file; the directory may know them.
    """

    rows: int = 0
    bad_rows: int = 0
    unplaced: int = 0
    about_leavers: int = 0
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
    """Write every readable row of the file to the staging table, and find what is wrong with the file."""
    staged = Staged()
    _write(run_id, _noted(file, staged))
    if staged.about_leavers:
        staged.note([_leavers_left_out(staged.about_leavers, file.header_names[Field.LEFT_ON])])
    unreadable = [problem for problem in file.problems if problem.severity is Severity.ERROR]
    staged.note(file.problems)
    lost = {problem.line for problem in unreadable}
    staged.bad_rows += len(lost)
    staged.unplaced += len(lost)
    note_growth(StagedPerson, staged.rows)
    found, unresolved = check_rows(list(_entangled(run_id, file)), file.header_names)
    unknown = {problem.lines: problem for problem in found if problem.kind is ProblemKind.UNKNOWN_MANAGER}
    staged.absent_managers = {absent.manager: unknown[absent.lines] for absent in unresolved}
    staged.note([problem for problem in found if problem.kind is not ProblemKind.UNKNOWN_MANAGER])
    staged.bad_rows += reject_lines(run_id, lines_at_fault(found))
    staged.problems.sort(key=lambda problem: problem.line or 0)
    progress(*Step.CHECKED.at(staged.rows))
    return staged


def _entangled(run_id: int, file: HrFile) -> Iterator[RosterLine]:
    """Return the staged rows that a check of the whole file could fault; the others needn't be in memory.

    These rows share an address or number with another row, are named as manager, or name a manager without a row. A
    circle of reporting lines consists of managers alone, so it is covered.
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
        # A join, because NOT IN or NOT EXISTS would be slow on one of the engines.
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
    """Mark staged rows as not to be used; return how many were usable before."""
    rejected = 0
    wanted = iter(sorted(lines))
    while some := list(islice(wanted, 500)):
        rejected += rows_changed(
            update(StagedPerson)
            .where(StagedPerson.run_id == run_id, StagedPerson.line.in_(some), StagedPerson.is_rejected.is_(False))
            .values(is_rejected=True)
        )
    return rejected


def _noted(file: HrFile, staged: Staged) -> Iterator[ReadRow]:
    """Yield the file's rows of people who are here, counting them and noting problems; each unknown country is noted once."""
    countries: set[str] = set()
    today = clock.now().date()
    for row, problems in file.rows():
        staged.rows += 1
        if row.left_on and row.left_on <= today:
            staged.about_leavers += 1
            continue
        if problems:
            is_bad = _is_bad(problems)
            staged.bad_rows += is_bad
            staged.unplaced += is_bad and not (row.employee_id or row.email)
            is_said = row.country in countries
            staged.note([p for p in problems if not (is_said and p.kind is ProblemKind.UNKNOWN_COUNTRY)])
            countries.add(row.country)
        yield row, problems


def _leavers_left_out(number: int, header: str) -> Problem:
    rows = "One row is about somebody" if number == 1 else f"{number:,} rows are about people"
    they = "It brings nobody back and changes" if number == 1 else "They bring nobody back and change"
    sentence = f"{rows} who left, as “{header}” says. {they} nobody."
    return Problem(None, header, ProblemKind.ABOUT_LEAVERS, sentence)


def _is_bad(problems: list[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _write(run_id: int, rows: Iterator[ReadRow]) -> None:
    columns = StagedPerson.__table__.columns.keys()
    values = (_values(run_id, row, is_rejected=_is_bad(problems)) for row, problems in rows)
    if db.engine.dialect.name == "sqlite":
        while some := [dict(zip(columns, line, strict=True)) for line in islice(values, 1_000)]:
            db.session.execute(insert(StagedPerson), some)
        return
    connection: Any = db.session.connection().connection.driver_connection
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {StagedPerson.__tablename__} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for line in values:
            copy.write_row(line)


def _values(run_id: int, row: StaffRow, *, is_rejected: bool) -> tuple[Any, ...]:
    """Return the columns of `StagedPerson`, in their order."""
    manager = {row.manager.key: row.manager.value} if row.manager else {}
    return (
        run_id,
        row.line,
        is_rejected,
        row.employee_id or None,
        row.email or None,
        row.first_name,
        row.last_name,
        row.display_name,
        row.job_title,
        row.department,
        manager.get(ManagerKey.EMAIL),
        manager.get(ManagerKey.EMPLOYEE_ID),
        row.location,
        row.country,
        row.timezone or None,
        row.language or None,
        row.start_on,
        row.end_on,
        role_mask(row.training_roles),
        *person_keys(row.display_name, row.first_name, row.last_name, row.email, row.employee_id).values(),
    )
