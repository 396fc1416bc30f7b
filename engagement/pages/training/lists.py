"""The tables of a wave's training: counts by department and role, and the people behind them, for page and file alike."""

from typing import Any

from sqlalchemy import Row

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.lists import Asked, Page, in_order
from engagement.people import queries as people
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.people.scopes import reaches_department
from engagement.training.queries.learners import Learners, rows_of
from engagement.training.queries.progress import LEARNER_COLUMNS, WaveProgress, learners, wave_progress
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


def _asked_of(found: Wave, far: WaveProgress, asked: Asked) -> Learners:
    """Return which of the people behind the counts the address asks for, of those whom the reader may see by name.

    Raises NotFound for a department that does not exist.
    """
    reading, departments = rights.reading(guard.reader()), rights.seeing_departments(guard.reader())
    seen = {d.id for d in people.departments(include_closed=True) if reaches_department(departments, d)}
    offered = [(line.department_id, line.path) for line in far.rows if line.department_id in seen]
    department_id = asked.row("department", "Department", offered)
    return Learners(
        found.id,
        guard.found(db.session.get(Department, department_id)) if department_id is not None else None,
        asked.word_of(TrainingRole, "role", "Role"),
        asked.word_of(LearnerState, "state", "State"),
        None if reading.everything else people_within(reading),
    )


def learners_page(found: Wave, asked: Asked) -> tuple[list[Row[Any]], Page]:
    """Return the page of the people behind the counts that the address asks for."""
    far, due = wave_progress(found.id), due_days(found, here_today())
    these, columns = _asked_of(found, far, asked), LEARNER_COLUMNS | {"due": due}
    order = asked.order(*columns, usual="name")
    page = asked.page(these.number(far))
    if order == "name":
        return these.by_name(page.total, page.size, page.offset, due), page
    named = these.named().order_by(None).order_by(*in_order(order, columns), Person.id)
    return rows_of(named.limit(page.size).offset(page.offset), due), page


def learner_rows(found: Wave) -> list[list[object]]:
    """Return the rows of the list of people under `LEARNER_HEADER`, with the filters of the address."""
    asked = Asked()
    these = _asked_of(found, wave_progress(found.id), asked)
    due = due_days(found, here_today())
    query = learners(found.id, these.department, these.role, these.state, due=due, visible=these.visible)
    rows = db.session.execute(asked.ordered(query, LEARNER_COLUMNS | {"due": due}, usual="name", last=Person.id))
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
