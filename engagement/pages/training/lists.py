"""The tables of a wave's training: counts by department and role, and the people behind them, for page and file alike."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.parts.fields import row_id
from engagement.people.models import Department
from engagement.people.rules import TrainingRole
from engagement.training.queries.progress import learners, wave_progress
from engagement.training.rules import LearnerState
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


@dataclass(frozen=True)
class LearnerFilters:
    """The filters of the list of people."""

    department: Department | None
    role: TrainingRole | None
    state: LearnerState | None

    @property
    def arguments(self) -> dict[str, object]:
        """The query of an address with the same filters."""
        return {
            "department": self.department.id if self.department else None,
            "role": self.role.value if self.role else None,
            "state": self.state.value if self.state else None,
        }


def asked_filters() -> LearnerFilters:
    """Return the filters of the address; raises NotFound for a department that does not exist."""
    department_id = row_id(request.args.get("department"))
    state = request.args.get("state")
    return LearnerFilters(
        guard.found(db.session.get(Department, department_id)) if department_id else None,
        role_named(request.args.get("role")),
        LearnerState(state) if state in list(LearnerState) else None,
    )


def learners_shown(found: Wave, filters: LearnerFilters) -> Select[Any]:
    """Return the SELECT of the people behind the counts whom the reader may see by name."""
    seen = people_within(rights.reading(guard.reader()))
    return learners(found.id, filters.department, filters.role, filters.state, visible=seen)


def learner_rows(found: Wave) -> list[list[object]]:
    """Return the rows of the list of people under `LEARNER_HEADER`, with the filters of the address."""
    rows = db.session.execute(learners_shown(found, asked_filters()))
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
