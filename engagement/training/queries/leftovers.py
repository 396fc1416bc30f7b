"""Reads of leftovers, the unfinished training of people who moved: open or decided, one by one and by move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import contains_eager, joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.reach import Reach, allow_anything, found
from engagement.training.models import Assignment, Leftover
from engagement.training.queries.grounds import SHUT
from engagement.training.queries.standing import belonging, standing_of
from engagement.training.rules import LeftoverCause, LeftoverDecision, decide_by
from engagement.training.scopes import old_training_within
from engagement.vocabulary import Worded
from engagement.waves.models import Wave

Row = TypeVar("Row", Wave, Department)


class LeftoverState(Worded):
    """Which leftovers a list shows."""

    OPEN = "open", "To be decided"
    KEPT = "kept"
    WAIVED = "waived", "Let go"

    @property
    def waits(self) -> bool:
        """Whether this list is of undecided leftovers."""
        return self is LeftoverState.OPEN

    @property
    def is_let_go(self) -> bool:
        """Whether this list is of waived training."""
        return self is LeftoverState.WAIVED

    @property
    def argument(self) -> str | None:
        """The name in addresses; None for the default list."""
        return None if self.waits else self.value


@dataclass(frozen=True)
class Move:
    """People who left the same unfinished training by the same move; a department is None if they had none."""

    cause: LeftoverCause
    from_department: Department | None
    to_department: Department | None
    wave: Wave
    role: TrainingRole
    people: int
    first_asked_at: datetime
    newest_id: int

    @property
    def key(self) -> str:
        """A text that identifies this move."""
        places = [str(place.id) if place else "" for place in (self.from_department, self.to_department)]
        return "-".join([self.cause, *places, str(self.wave.id), self.role])

    @property
    def is_theirs(self) -> ColumnElement[bool]:
        """The condition on `Leftover` and `Assignment` for its leftovers, without later ones."""
        return and_(
            Leftover.cause == self.cause,
            Leftover.from_department_id.is_not_distinct_from(self.from_department.id if self.from_department else None),
            Leftover.to_department_id.is_not_distinct_from(self.to_department.id if self.to_department else None),
            Assignment.wave_id == self.wave.id,
            Assignment.role == self.role,
            Leftover.id <= self.newest_id,
        )

    @property
    def due_on(self) -> date:
        """The day by which the old training is due."""
        return self.wave.training_due_on

    @property
    def decide_by(self) -> datetime:
        """The instant (UTC) at which the scheduler decides about the first of them."""
        return decide_by(self.first_asked_at)


@dataclass(frozen=True)
class LeftoverLine:
    """One leftover with the person's progress: `done` of `asked` modules, `minutes_left` of required ones.

    `asked_anew_by` is the due day by which the person's present training asks for the same, None if it doesn't. If set,
    waiving drops only the old due day; if None, it drops the courses.
    """

    leftover: Leftover
    done: int
    asked: int
    minutes_left: int
    asked_anew_by: date | None

    @property
    def unfinished(self) -> int:
        """How many modules are missing."""
        return self.asked - self.done


def leftovers() -> Select[Leftover]:
    """Return a SELECT of all leftovers that have not ended, joined with assignment, wave and person."""
    return (
        select(Leftover)
        .select_from(Leftover)
        .join(Assignment, Assignment.id == Leftover.assignment_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .join(Person, Person.id == Leftover.person_id)
        .where(Leftover.ended_at.is_(None))
    )


def is_open() -> ColumnElement[bool]:
    """Return the condition for undecided leftovers, except of people who left and of waves that are over."""
    return and_(Leftover.decided_at.is_(None), _is_present())


def _is_present() -> ColumnElement[bool]:
    return and_(Person.left_at.is_(None), Wave.status.not_in(SHUT))


def _is_in(state: LeftoverState) -> ColumnElement[bool]:
    if state is LeftoverState.OPEN:
        return is_open()
    decision = LeftoverDecision.KEEP if state is LeftoverState.KEPT else LeftoverDecision.WAIVE
    return and_(Leftover.decision == decision, _is_present())


def leftovers_listed(
    state: LeftoverState, decided: ColumnElement[bool], move: ColumnElement[bool] | None = None
) -> Select[Leftover]:
    """Return a SELECT of leftovers in a state, by name; `decided` is a condition on `Person` and `Wave`."""
    return (
        leftovers()
        .where(_is_in(state), decided, true() if move is None else move)
        .order_by(Person.sorted_by, Person.id, Leftover.id)
    )


def leftover_lines(listed: Select[Leftover]) -> list[LeftoverLine]:
    """Return the leftovers of a list (see `leftovers_listed`) with their people's progress, in three queries."""
    standing = standing_of(Assignment.id.in_(listed.with_only_columns(Leftover.assignment_id)))
    far = {row.id: row for row in db.session.execute(select(standing))}
    anew = _asked_now(listed.with_only_columns(Leftover.person_id))
    lines = []
    for row in db.session.scalars(listed.options(*_EVERYTHING)):
        how = far.get(row.assignment_id)
        done, asked, left = (how.done, how.asked, how.minutes_left) if how else (0, 0, 0)
        lines.append(LeftoverLine(row, done, asked, left, anew.get((row.person_id, row.assignment.role))))
    return lines


_EVERYTHING = (
    contains_eager(Leftover.assignment).contains_eager(Assignment.wave),
    contains_eager(Leftover.person),
    joinedload(Leftover.from_department),
    joinedload(Leftover.to_department),
    joinedload(Leftover.decided_by_account),
)


def _asked_now(people: Select[int]) -> dict[tuple[int, TrainingRole], date]:
    """Return the first due day of what these people's open waves ask, by person and role, without leftovers."""
    rows = db.session.scalars(
        select(Assignment)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(
            Assignment.person_id.in_(people),
            Assignment.withdrawn_at.is_(None),
            Wave.status.not_in(SHUT),
            belonging(),
        )
        .options(contains_eager(Assignment.wave))
    )
    last_first = sorted(rows, key=lambda row: row.due_on, reverse=True)
    return {(row.person_id, row.role): row.due_on for row in last_first}


def leftovers_of(person_id: int, state: LeftoverState) -> list[LeftoverLine]:
    """Return a person's leftovers in a state, the oldest first; open ones that are finished by now are left out."""
    listed = leftovers_listed(state, Leftover.person_id == person_id)
    lines = sorted(leftover_lines(listed), key=lambda line: (line.leftover.asked_at, line.leftover.id))
    return [line for line in lines if state is not LeftoverState.OPEN or line.unfinished]


def leftover_among(leftover_id: int, which: ColumnElement[bool]) -> Leftover | None:
    """Return a leftover that has not ended and meets a condition on `Leftover`, `Person` and `Wave`, else None."""
    return db.session.scalar(leftovers().where(Leftover.id == leftover_id, which))


def leftover_for(reach: Reach, leftover_id: int) -> Leftover:
    """Return a leftover within reach that has not ended; raise NotFound, or BeyondReach if the reach is empty."""
    allow_anything(reach)
    return found(leftover_among(leftover_id, old_training_within(reach)))


def leftovers_among(leftover_ids: Sequence[int], which: ColumnElement[bool]) -> set[int]:
    """Return the ids of those leftovers that have not ended and meet a condition on `Leftover`, `Person` and `Wave`."""
    met = leftovers().where(Leftover.id.in_(leftover_ids), which).with_only_columns(Leftover.id)
    return set(db.session.scalars(met))


def moves(decided: ColumnElement[bool]) -> list[Move]:
    """Return open leftovers by move, the most urgent first; `decided` is a condition on `Person` and `Wave`."""
    key = (
        Leftover.cause,
        Leftover.from_department_id,
        Leftover.to_department_id,
        Assignment.wave_id,
        Assignment.role,
    )
    first = func.min(Leftover.asked_at).label("first")
    counted = (
        leftovers()
        .where(is_open(), decided)
        .with_only_columns(*key, func.count(), first, func.max(Leftover.id))
        .group_by(*key)
        .order_by(first, *key)
    )
    rows = db.session.execute(counted).all()
    waves = _by_id(Wave, {row[3] for row in rows})
    places = _by_id(Department, {key for row in rows for key in row[1:3] if key is not None})
    return [
        Move(cause, places.get(from_id or 0), places.get(to_id or 0), waves[wave_id], role, people, asked_at, newest)
        for cause, from_id, to_id, wave_id, role, people, asked_at, newest in rows
    ]


def _by_id(table: type[Row], ids: set[int]) -> dict[int, Row]:
    return {row.id: row for row in db.session.scalars(select(table).where(table.id.in_(ids)))} if ids else {}


def open_leftovers(decided: ColumnElement[bool]) -> int:
    """Return how many leftovers wait for a decision; `decided` is a condition on `Person` and `Wave`."""
    counted = leftovers().where(is_open(), decided).with_only_columns(func.count())
    return int(db.session.scalar(counted) or 0)


def open_leftovers_of(person_ids: Sequence[int]) -> dict[int, int]:
    """Return how many open leftovers each of these people has, in one query; people without any have no entry."""
    counted = (
        leftovers()
        .where(is_open(), Leftover.person_id.in_(person_ids))
        .with_only_columns(Leftover.person_id, func.count())
        .group_by(Leftover.person_id)
    )
    return dict(db.session.execute(counted).all())


def brought_along(wave_id: int) -> tuple[int, int]:
    """Return how many people who left a wave keep its training, and for how many this is undecided."""
    # Begun at the few leftovers, not at the wave's many assignments.
    of_wave = (
        select(Assignment.id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Assignment.id == Leftover.assignment_id, Assignment.wave_id == wave_id, _is_present())
    )
    counted = (
        select(Leftover.decision, func.count(Leftover.person_id.distinct()))
        .where(
            Leftover.ended_at.is_(None), Leftover.decision.is_distinct_from(LeftoverDecision.WAIVE), of_wave.exists()
        )
        .group_by(Leftover.decision)
    )
    by_state = dict(db.session.execute(counted).all())
    return by_state.get(LeftoverDecision.KEEP, 0), by_state.get(None, 0)
