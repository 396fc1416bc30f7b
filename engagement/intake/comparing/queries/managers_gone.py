"""People whose new manager has left, or leaves with the same file."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.intake.comparing.queries.desired import desired
from engagement.intake.models import KNOWN, ImportRun, StagedMatch
from engagement.intake.reading.rules.fields import Field
from engagement.intake.reading.rules.problems import Problem, ProblemKind
from engagement.intake.rules import ChangeKind
from engagement.people.models import Person


def managers_gone(run: ImportRun) -> list[Problem]:
    """Return a note for each such manager, on the first row that names them as somebody's new manager."""
    wanted, leaving = desired(run, ChangeKind.NEW, *KNOWN), aliased(StagedMatch)
    goes = and_(leaving.run_id == run.id, leaving.person_id == Person.id, leaving.kind == ChangeKind.LEFT)
    rows = (
        select(wanted.c.line, wanted.c.name, Person.id, Person.name, Person.left_at)
        .join(Person, Person.id == wanted.c.manager_id)
        .outerjoin(leaving, goes)
        .where(
            wanted.c.old_manager_id.is_distinct_from(wanted.c.manager_id),
            or_(leaving.person_id.is_not(None), and_(Person.left_at.is_not(None), ~_returns(run))),
        )
        .order_by(wanted.c.line)
    )
    column = run.columns.get(Field.MANAGER_EMAIL) or run.columns.get(Field.MANAGER_ID)
    first: dict[int, tuple[int, str]] = {}
    lines: dict[int, list[int]] = {}
    for line, name, manager_id, manager, left_at in db.session.execute(rows):
        gone = f"left on {left_at:%-d %B %Y}" if left_at else "is not in this file and leaves with it"
        sentence = f"Line {line}: {manager}, who {gone}, becomes the manager of {name}, until a file names another."
        first.setdefault(manager_id, (line, sentence))
        lines.setdefault(manager_id, []).append(line)
    problems = []
    for manager_id, (line, sentence) in first.items():
        others = len(lines[manager_id]) - 1
        also = f" {others:,} more {'row gets' if others == 1 else 'rows get'} the same manager." if others else ""
        problems.append(Problem(line, column, ProblemKind.MANAGER_LEFT, sentence + also, tuple(lines[manager_id])))
    return problems


def _returns(run: ImportRun) -> ColumnElement[bool]:
    back = aliased(StagedMatch)
    return (
        select(back.person_id)
        .where(back.run_id == run.id, back.person_id == Person.id, back.kind == ChangeKind.RETURNED)
        .exists()
    )
