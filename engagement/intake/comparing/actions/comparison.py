"""Compares staged rows with the directory in SQL: whose rows they are, and what they would change."""

from sqlalchemy import case, func, literal_column, or_, select, update

from engagement.db import db, rows_changed
from engagement.intake.comparing.actions.conflicts import reject_matched
from engagement.intake.comparing.actions.matching import match_people, resolve_references
from engagement.intake.comparing.queries.desired import desired, has_managers, pairs
from engagement.intake.comparing.queries.kept_by_hand import kept_by_hand
from engagement.intake.comparing.queries.managers_gone import managers_gone
from engagement.intake.comparing.queries.reporting_lines import circles_with_directory
from engagement.intake.models import ImportRun, StagedMatch
from engagement.intake.reading.rules.problems import Problem, lines_at_fault
from engagement.intake.rules import ChangeKind
from engagement.people.queries import headcount


def compare(run: ImportRun, unplaced: int) -> list[Problem]:
    """Compare the staged rows of a run with the directory as it is now; fills counts and new departments.

    `unplaced` is the number of bad rows that may be about anybody. Returns the problems that only the directory shows.
    """
    problems = match_people(run, unplaced)
    run.new_departments = resolve_references(run)
    while has_managers(run) and (circles := circles_with_directory(run)):
        problems += [*circles, *reject_matched(run, lines_at_fault(circles))]
        run.new_departments = resolve_references(run)
    _mark_changed(run)
    if has_managers(run):
        problems += managers_gone(run)
    problems += kept_by_hand(run)
    tally = select(StagedMatch.kind, func.count()).where(StagedMatch.run_id == run.id).group_by(StagedMatch.kind)
    found = {kind.value: number for kind, number in db.session.execute(tally)}
    found.pop(ChangeKind.REJECTED.value, None)
    active = headcount()
    run.counts = (
        run.counts
        | {kind.value: 0 for kind in ChangeKind if kind is not ChangeKind.REJECTED}
        | found
        | {"active": active}
    )
    return problems


def _mark_changed(run: ImportRun) -> None:
    wanted = desired(run, ChangeKind.UNCHANGED)
    left = wanted.c.old_left_at.is_not(None)
    moved = wanted.c.old_department_id.is_distinct_from(wanted.c.department_id) | wanted.c.to_new_department
    kind = case(
        (left, literal_column("'returned'")), (moved, literal_column("'moved'")), else_=literal_column("'changed'")
    )
    differs = or_(
        left, wanted.c.to_new_department, *(old.is_distinct_from(new) for old, new in pairs(run, wanted).values())
    )
    found = select(wanted.c.person_id, kind.label("kind")).where(differs).subquery()
    rows_changed(
        update(StagedMatch)
        .where(StagedMatch.run_id == run.id, StagedMatch.person_id == found.c.person_id)
        .values(kind=found.c.kind)
    )
