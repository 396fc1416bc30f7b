"""A page of the people behind the counts of a wave's training, which costs as much in a large wave as in a small one.

It is found without asking what everybody has finished: `standing` is asked of its rows alone, and whether somebody has finished is
known from kept numbers (`tallies`), but for those who are marked to be counted again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, exists, select, true

from engagement.db import count_of, db
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment
from engagement.training.queries.progress import DUE_AS_PLANNED, WaveProgress, learners_in
from engagement.training.queries.standing import asking_roles, belonging, standing_of
from engagement.training.rules import LearnerState
from engagement.training.tallies.queries import people_to_count
from engagement.waves.models import Wave
from engagement.waves.tallies.models import TallyShare
from engagement.waves.tallies.queries import counts_marked

_BY_NAME = (Person.sorted_by, Person.id, Assignment.role)
#: In a wave with more of them the directory is gone through by name until a page is full.
MANY = 2_000


@dataclass(frozen=True)
class Learners:
    """Which of a wave's learners are asked for, as in `progress.learners`; `visible` None is everybody."""

    wave_id: int
    department: Department | None = None
    role: TrainingRole | None = None
    state: LearnerState | None = None
    visible: ColumnElement[bool] | None = None

    def named(self) -> Select[int]:
        """Return a SELECT of the ids of their assignments, by name."""
        return (
            select(Assignment.id)
            .join(Person, Person.id == Assignment.person_id)
            .join(Wave, Wave.id == Assignment.wave_id)
            .join(Department, Department.id == Person.department_id, isouter=True)
            .where(*self._asked(), *self._people())
            .order_by(*_BY_NAME)
        )

    def number(self, far: WaveProgress) -> int:
        """Return how many rows there are, from the wave's progress if everybody is visible."""
        if self.visible is not None:
            return count_of(self.named())
        counts = [
            count
            for row in far.rows
            if self.department is None or row.department_id == self.department.id
            for role, count in row.roles.items()
            if self.role in (None, role)
        ]
        if self.state is None:
            return sum(count.assigned for count in counts)
        is_finished = self.state is LearnerState.FINISHED
        return sum(count.finished if is_finished else count.unfinished for count in counts)

    def by_name(self, number: int, size: int, offset: int, due: ColumnElement[date] = DUE_AS_PLANNED) -> list[Row[Any]]:
        """Return a part of the `number` rows, by name."""
        named = self.named()
        if number > MANY:
            learns = exists().where(Assignment.person_id == Person.id, *self._asked())
            first = select(Person.id).where(learns, *self._people()).order_by(Person.sorted_by, Person.id)
            named = named.where(Person.id.in_(first.limit(offset + size)))
        return rows_of(named.limit(size).offset(offset), due)

    def _seen(self) -> ColumnElement[bool]:
        return true() if self.visible is None else self.visible

    def _people(self) -> list[ColumnElement[bool]]:
        """Return the conditions on `Person`."""
        return [self._seen(), *([Person.department_id == self.department.id] if self.department is not None else [])]

    def _asked(self) -> list[ColumnElement[bool]]:
        """Return the conditions on `Assignment`."""
        asked = [Assignment.wave_id == self.wave_id, Assignment.withdrawn_at.is_(None), belonging()]
        asked += [Assignment.role.in_(asking_roles()), *([Assignment.role == self.role] if self.role else [])]
        if self.state is not None:
            is_finished = _has_finished(self.wave_id)
            asked.append(is_finished if self.state is LearnerState.FINISHED else ~is_finished)
        return asked


def rows_of(named: Select[int], due: ColumnElement[date] = DUE_AS_PLANNED) -> list[Row[Any]]:
    """Return the rows of `progress.learners` of these assignments, in their order."""
    ids: Sequence[int] = db.session.scalars(named).all()
    standing = standing_of(Assignment.id.in_(ids))
    found = {row.assignment_id: row for row in db.session.execute(learners_in(standing, due))}
    return [found[key] for key in ids]


def _has_finished(wave_id: int) -> ColumnElement[bool]:
    """Return the condition on `Assignment` of a wave that it is finished: as kept, but counted anew where that is due."""
    kept = exists().where(
        TallyShare.person_id == Assignment.person_id,
        TallyShare.wave_id == wave_id,
        TallyShare.role == Assignment.role,
        TallyShare.finished == 1,
    )
    if not counts_marked():
        return kept
    people = people_to_count()
    anew = standing_of(Assignment.wave_id == wave_id, belonging(), Assignment.person_id.in_(people))
    finished = select(anew.c.id).where(anew.c.is_finished == 1)
    return case((Assignment.person_id.in_(people), Assignment.id.in_(finished)), else_=kept)
