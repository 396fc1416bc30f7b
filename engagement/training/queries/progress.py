"""Training progress of waves: counts by department and role, and the people behind every count.

`standing` has the one definition of a finished assignment. A wave counts its present members only: people who moved
away and keep its training, or have not decided, are left out. People in a role whose curriculum asks for nothing are
left out too, because they have nothing to finish. Counts come from kept numbers (`tallies`), in a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select, true

from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.queries import Places, places_of
from engagement.people.rules import TrainingRole, path_key
from engagement.training.models import Assignment
from engagement.training.queries.counts import Count
from engagement.training.queries.grounds import SHUT, grounds
from engagement.training.queries.standing import asking_roles, belonging, is_past_due, standing_of
from engagement.training.rules import LearnerState
from engagement.training.tallies.queries import LearningSum, learning_sums, people_sums
from engagement.waves import queries as waves
from engagement.waves.models import Membership, Wave


@dataclass(frozen=True)
class DepartmentProgress:
    """The counts of one department by role; `department_id` is None for people without a department."""

    department_id: int | None
    name: str
    path: str
    roles: dict[TrainingRole, Count]


@dataclass(frozen=True)
class WaveProgress:
    """The progress of a wave: by department and role, by role, and by people.

    Somebody with two roles counts once in each role, and once in `people`, as finished when both are. `minutes_left` is
    the unfinished required training of all people together. `rows` is empty where departments were not asked for.
    """

    wave_id: int
    rows: tuple[DepartmentProgress, ...]
    roles: dict[TrainingRole, Count]
    people: Count
    minutes_left: int

    @property
    def behind(self) -> Sequence[DepartmentProgress]:
        """The departments with the most people who have not finished, the largest number first."""
        return sorted(self.rows, key=lambda row: -sum(count.unfinished for count in row.roles.values()))

    @property
    def assigned(self) -> int:
        """How many people are asked to learn something."""
        return self.people.assigned

    @property
    def finished(self) -> int:
        """How many people have finished everything asked of them."""
        return self.people.finished

    @property
    def share(self) -> float:
        """The share of people who have finished, from 0 to 1."""
        return self.people.share


def wave_progress(wave_id: int) -> WaveProgress:
    """Return the progress of a wave; without assignments every count is 0."""
    return progress_of([wave_id])[wave_id]


def progress_of(wave_ids: Sequence[int]) -> dict[int, WaveProgress]:
    """Return the progress of each of these waves, in two queries."""
    cells = learning_sums(wave_ids)
    return progress_from(wave_ids, cells, places_of(cell.department_id for cell in cells))


def progress_from(
    wave_ids: Sequence[int], cells: Sequence[LearningSum], places: Places | None
) -> dict[int, WaveProgress]:
    """Return the same from sums that are read already, with their departments; None if these are not told apart."""
    by_wave: dict[int, list[LearningSum]] = defaultdict(list)
    for cell in cells:
        by_wave[cell.wave_id].append(cell)
    return {wave_id: _progress(wave_id, by_wave[wave_id], places) for wave_id in wave_ids}


def people_counts(wave_ids: Sequence[int]) -> dict[int, Count]:
    """Return how many people of each wave are asked and have finished, in one query; waves without any have no entry."""
    return {row.wave_id: Count(row.asked, row.finished) for row in people_sums(wave_ids)}


def people_without_curriculum(wave_ids: Sequence[int]) -> dict[TrainingRole, dict[int, int]]:
    """Return, by role without anything to learn yet, how many people of each wave have it; no query for no wave.

    Usually every role has something to learn: then nobody is counted.
    """
    silent = set(TrainingRole) - set(db.session.scalars(asking_roles())) if wave_ids else set()
    if not silent:
        return {}
    members = grounds().where(Membership.wave_id.in_(wave_ids), PersonRole.role.in_(silent))
    counted = members.with_only_columns(PersonRole.role, Membership.wave_id, func.count()).group_by(
        PersonRole.role, Membership.wave_id
    )
    found: dict[TrainingRole, dict[int, int]] = {}
    for role, wave_id, number in db.session.execute(counted):
        found.setdefault(role, {})[wave_id] = number
    return {role: found[role] for role in TrainingRole if role in found}


def _progress(wave_id: int, cells: Sequence[LearningSum], places: Places | None) -> WaveProgress:
    by_department: dict[int | None, dict[TrainingRole, Count]] = {}
    roles: dict[TrainingRole, Count] = {}
    people, minutes_left = Count(), 0
    for cell in cells:
        count = Count(cell.asked, cell.finished)
        if cell.role is None:
            people += count
            minutes_left += cell.minutes_left
            continue
        by_department.setdefault(cell.department_id, {})[cell.role] = count
        roles[cell.role] = roles.get(cell.role, Count()) + count
    in_order = {role: roles[role] for role in TrainingRole if role in roles}
    lines = () if places is None else _lines(by_department, places)
    return WaveProgress(wave_id, tuple(lines), in_order, people, minutes_left)


def _lines(by_department: Mapping[int | None, dict[TrainingRole, Count]], places: Places) -> list[DepartmentProgress]:
    lines = []
    for department_id, counts in by_department.items():
        place = places.get(department_id)
        name, path = (place.name, place.path) if place else ("No department", "")
        lines.append(DepartmentProgress(department_id, name, path, counts))
    return sorted(lines, key=lambda line: (line.department_id is None, path_key(line.path)))


DUE_AS_PLANNED = func.coalesce(Assignment.own_due_on, Wave.training_due_on)
#: What `learners` can be put in order by.
LEARNER_COLUMNS = {"name": Person.sorted_by, "department": Department.sorted_by, "due": DUE_AS_PLANNED}


def learners(
    wave_id: int,
    department: Department | None = None,
    role: TrainingRole | None = None,
    state: LearnerState | None = None,
    *,
    due: ColumnElement[date] = DUE_AS_PLANNED,
    visible: ColumnElement[bool] | None = None,
) -> Select[Any]:
    """Return a SELECT of the people behind the counts of a wave, by name, with optional filters.

    One row for each person and role: `person_id`, `name`, `email`, `department` (path or None), `role`, `done` of
    `asked` modules, `is_finished` (0 or 1), `minutes_left`, `assignment_id`, `due_on`: as planned, or `due` (see
    `waiting.queries.due_days`). `visible` is a condition on `Person`; None is everybody.
    """
    standing = standing_of(Assignment.wave_id == wave_id, belonging())
    query = learners_in(standing, due).where(true() if visible is None else visible)
    query = query.order_by(Person.sorted_by, Person.id, standing.c.role)
    if department is not None:
        query = query.where(Person.department_id == department.id)
    if role is not None:
        query = query.where(standing.c.role == role)
    if state is not None:
        query = query.where(standing.c.is_finished == (1 if state is LearnerState.FINISHED else 0))
    return query


def learners_in(standing: Subquery, due: ColumnElement[date] = DUE_AS_PLANNED) -> Select[Any]:
    """Return the SELECT of `learners`, in no order, for the rows of a `standing_of`."""
    return (
        select(
            Person.id.label("person_id"),
            Person.name,
            Person.email,
            Department.path.label("department"),
            standing.c.role,
            standing.c.done,
            standing.c.asked,
            standing.c.is_finished,
            standing.c.minutes_left,
            standing.c.id.label("assignment_id"),
            due.label("due_on"),
        )
        .join(standing, standing.c.person_id == Person.id)
        .join(Assignment, Assignment.id == standing.c.id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .join(Department, Department.id == Person.department_id, isouter=True)
        .where(standing.c.asked > 0)
    )


def overdue_learners(on: date, wave_id: int) -> Select[Person]:
    """Return a SELECT of people, by name, with something unfinished that was due before the day `on`.

    Their own due day counts before the wave's. Closed and cancelled waves have nobody overdue.
    """
    asks = select(Wave.id).where(Wave.id == wave_id, Wave.status.not_in(SHUT))
    standing = standing_of(Assignment.wave_id.in_(asks), belonging(), is_past_due(on))
    late = select(standing.c.person_id).where(standing.c.is_finished == 0, standing.c.asked > 0)
    return select(Person).where(Person.left_at.is_(None), Person.id.in_(late)).order_by(Person.sorted_by, Person.id)


def members_without_role(wave_id: int) -> Select[Person]:
    """Return a SELECT of a wave's members without a training role, to whom nothing was assigned."""
    return waves.members(wave_id, without_role=True)
