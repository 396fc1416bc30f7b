"""Rows of a file written to the staging table as fast as each engine takes them, with a batch in memory at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import update

from engagement.db import db, rows_changed
from engagement.intake.models import StagedPerson
from engagement.intake.reading import HrFile
from engagement.intake.roster import RosterLine, check_rows
from engagement.intake.rules import (
    ManagerKey,
    ManagerRef,
    Problem,
    ProblemKind,
    Severity,
    StaffRow,
    lines_at_fault,
    role_mask,
)
from engagement.people.rules import TrainingRole, search_text

Progress = Callable[[str, int], None]
"""Told what is being done and how many rows are through; whatever it raises ends the work."""

BATCH = 5_000
MOST_PROBLEMS = 1_000
COLUMNS = tuple(column.name for column in StagedPerson.__table__.columns)
_MASKS: dict[frozenset[TrainingRole], int] = {}


def quietly(_doing: str, _rows: int) -> None:
    """Report no progress."""


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
    roster: list[RosterLine] = []
    _write(run_id, _told(_noted(file, staged, roster), progress))
    unreadable = [problem for problem in file.problems if problem.severity is Severity.ERROR]
    staged.note(file.problems)
    lost = {problem.line for problem in unreadable}
    staged.bad_rows += len(lost)
    staged.unplaced += len(lost)
    progress("checked", staged.rows)
    found, unresolved = check_rows(roster, (), file.header_names)
    unknown = {problem.lines: problem for problem in found if problem.kind is ProblemKind.UNKNOWN_MANAGER}
    staged.absent_managers = {absent.manager: unknown[absent.lines] for absent in unresolved}
    staged.note([problem for problem in found if problem.kind is not ProblemKind.UNKNOWN_MANAGER])
    staged.bad_rows += reject_lines(run_id, lines_at_fault(found))
    staged.problems.sort(key=lambda problem: problem.line or 0)
    return staged


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


def _noted(file: HrFile, staged: Staged, roster: list[RosterLine]) -> Iterator[tuple[StaffRow, bool]]:
    """Each row with whether it is rejected; what the check of the whole file needs goes to `roster`."""
    for row, problems in file.entries():
        staged.rows += 1
        if problems:
            staged.note(problems)
            staged.bad_rows += 1
            staged.unplaced += not (row.employee_id or row.email)
        roster.append(RosterLine(row.line, row.employee_id, row.email, row.display_name, row.manager))
        yield row, bool(problems)


def _told(rows: Iterator[tuple[StaffRow, bool]], progress: Progress) -> Iterator[tuple[StaffRow, bool]]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % BATCH == 0:
            progress("read", number)


def _write(run_id: int, rows: Iterator[tuple[StaffRow, bool]]) -> None:
    connection: Any = db.session.connection().connection.driver_connection
    values = (_values(run_id, row, rejected) for row, rejected in rows)
    table = StagedPerson.__tablename__
    if db.engine.dialect.name == "sqlite":
        marks = ", ".join("?" * len(COLUMNS))
        connection.executemany(f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({marks})", values)  # noqa: S608
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        while some := list(islice(values, 1_000)):
            copy.write("".join(map(_copy_line, some)))


def _values(run_id: int, row: StaffRow, rejected: bool) -> tuple[Any, ...]:
    """The values of one row in the order of `COLUMNS`."""
    manager = row.manager
    by_number = manager is not None and manager.key is ManagerKey.EMPLOYEE_ID
    roles = _MASKS.get(row.training_roles)
    if roles is None:
        roles = _MASKS[row.training_roles] = role_mask(row.training_roles)
    return (
        run_id,
        row.line,
        int(rejected),
        row.employee_id or None,
        row.email or None,
        row.first_name,
        row.last_name,
        row.display_name,
        row.job_title,
        row.department,
        None if manager is None or by_number else manager.value,
        manager.value if manager is not None and by_number else None,
        row.location,
        row.country,
        row.timezone or None,
        row.language or None,
        row.start_on and row.start_on.isoformat(),
        row.end_on and row.end_on.isoformat(),
        roles,
        search_text(row.display_name, row.email, row.employee_id),
    )


def _copy_line(values: tuple[Any, ...]) -> str:
    """One line of PostgreSQL's text format."""
    cells = ["\\N" if value is None else value if type(value) is str else str(value) for value in values]
    line = "\t".join(cells)
    if line.count("\\") > values.count(None) or line.count("\t") >= len(values) or "\n" in line or "\r" in line:
        line = "\t".join("\\N" if value is None else _escaped(str(value)) for value in values)
    return line + "\n"


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(sign, written)
    return text
