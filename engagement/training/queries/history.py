"""Everything ever asked of people: it shows what they keep from before, and where they finished a module."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment, Completion, Leftover
from engagement.training.queries.curricula import RoleCurriculum, curricula
from engagement.training.queries.standing import counting
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

Plans = Mapping[TrainingRole, RoleCurriculum]
# Read whenever somebody learns; building it each time would cost as much as reading.
_ASKED = (
    select(Assignment, Leftover)
    .outerjoin(Leftover, and_(Leftover.assignment_id == Assignment.id, Leftover.ended_at.is_(None)))
    .where(Assignment.person_id.in_(bindparam("people", expanding=True)))
    .options(joinedload(Assignment.wave))
    .order_by(Assignment.id)
)


@dataclass(frozen=True)
class History:
    """Everything ever asked of one person: each assignment with its leftover that has not ended."""

    rows: list[tuple[Assignment, Leftover | None]]

    def asked(self) -> Iterator[tuple[Assignment, bool]]:
        """Yield what is asked now, and whether it is kept from before."""
        for assignment, leftover in self.rows:
            is_over = assignment.withdrawn_at is not None or assignment.wave.status is WaveStatus.CANCELLED
            if not is_over and (leftover is None or leftover.decided_at is not None):
                yield assignment, leftover is not None

    def wave_of(self, completion: Completion, plans: Plans, besides: int | None = None) -> Wave | None:
        """Return the wave (never the one with the id `besides`) that asked for a module when it was finished."""
        for assignment, _ in sorted(self.rows, key=lambda row: row[0].assigned_at, reverse=True):
            asks = any(line.module.id == completion.module_id for line in plans[assignment.role].lines)
            if asks and assignment.assigned_at <= completion.completed_at and assignment.wave_id != besides:
                return assignment.wave
        return None


def histories_of(person_ids: Sequence[int]) -> dict[int, History]:
    """Return the history of each of these people, in one query."""
    found = {person_id: History([]) for person_id in person_ids}
    for assignment, leftover in db.session.execute(_ASKED, {"people": list(person_ids)}):
        found[assignment.person_id].rows.append((assignment, leftover))
    return found


def undecided_roles(person_id: int) -> list[TrainingRole]:
    """Return the roles of a person's undecided old training, which they may continue meanwhile."""
    return list(
        db.session.scalars(
            select(Assignment.role)
            .join(Leftover, Leftover.assignment_id == Assignment.id)
            .where(
                Leftover.person_id == person_id,
                Leftover.ended_at.is_(None),
                Leftover.decided_at.is_(None),
                Assignment.withdrawn_at.is_(None),
            )
        )
    )


@dataclass(frozen=True)
class EarlierLearning:
    """A module that somebody finished and is not asked for now; `wave` asked for it then, None if not known."""

    completion: Completion
    wave: Wave | None


def finished_earlier(person_id: int, shown: Collection[int]) -> list[EarlierLearning]:
    """Return the modules that a person finished, except the ids in `shown`, the latest first, each once."""
    rows = db.session.scalars(
        select(Completion)
        .where(Completion.person_id == person_id, Completion.module_id.not_in(shown), counting())
        .options(joinedload(Completion.module))
        .order_by(Completion.completed_at.desc(), Completion.id.desc())
    ).all()
    if not rows:
        return []
    newest = {row.module_id: row for row in reversed(rows)}
    history, plans = histories_of([person_id])[person_id], curricula()
    found = [EarlierLearning(row, history.wave_of(row, plans)) for row in newest.values()]
    return sorted(found, key=lambda one: one.completion.completed_at, reverse=True)
