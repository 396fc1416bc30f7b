"""The tables of a wave's training: counts by department and role, and the people behind them, for page and file alike."""

from typing import Any

from sqlalchemy import Select

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.lists import Asked
from engagement.people import queries as people
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.people.scopes import reaches_department
from engagement.training.queries.progress import LEARNER_COLUMNS, learners, wave_progress
from engagement.training.rules import LearnerState
from engagement.training.waiting.queries import due_days
from engagement.waves.models import Wave
from engagement.waves.scopes import people_within

LEARNER_HEADER = [
    "Name",
    "E-mail",
    "Department",
    "Role",
    "Modules finished",
    "Modules asked",
    "State",
    "Minutes left",
    "Due on",
]


def progress_table(found: Wave) -> tuple[list[str], list[list[object]]]:
    """Return the header and rows of a wave's table, as on the page."""
    far = wave_progress(found.id)
    header = ["Department"] + [f"{role.word} {word}" for role in TrainingRole for word in ("finished", "assigned")]
    lines = [(line.path or line.name, line.roles) for line in far.rows]
    if lines:
        lines.append(("All departments", far.roles))
    rows: list[list[object]] = []
    for name, counts in lines:
        figures = [counts.get(role) for role in TrainingRole]
        rows.append([name, *(n for c in figures for n in ((c.finished, c.assigned) if c else (0, 0)))])
    return header, rows


def role_named(value: str | None) -> TrainingRole | None:
    """Return the training role with this value, None for any other text."""
    return TrainingRole(value) if value in list(TrainingRole) else None


def learners_asked(found: Wave, asked: Asked) -> Select[Any]:
    """Return the SELECT of the people behind the counts whom the reader may see by name, with the filters of the address.

    Raises NotFound for a department that does not exist.
    """
    reader = guard.reader()
    departments = rights.seeing_departments(reader)
    seen = {d.id for d in people.departments(include_closed=True) if reaches_department(departments, d)}
    lines = wave_progress(found.id).rows
    offered = [(line.department_id, line.path) for line in lines if line.department_id in seen]
    department_id = asked.row("department", "Department", offered)
    due = due_days(found, here_today())
    found_learners = learners(
        found.id,
        guard.found(db.session.get(Department, department_id)) if department_id is not None else None,
        asked.word_of(TrainingRole, "role", "Role"),
        asked.word_of(LearnerState, "state", "State"),
        due=due,
        visible=people_within(rights.reading(reader)),
    )
    return asked.ordered(found_learners, LEARNER_COLUMNS | {"due": due}, usual="name", last=Person.id)


def learner_rows(found: Wave) -> list[list[object]]:
    """Return the rows of the list of people under `LEARNER_HEADER`, with the filters of the address."""
    rows = db.session.execute(learners_asked(found, Asked()))
    return [
        [
            r.name,
            r.email,
            r.department,
            r.role.word,
            r.done,
            r.asked,
            LearnerState.of(r.is_finished).word,
            r.minutes_left,
            r.due_on,
        ]
        for r in rows
    ]
