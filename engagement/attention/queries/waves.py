"""What waves need before their people can start: members, training roles, curricula, and training in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, exists, func, select

from engagement.attention.rules import Reason, is_near, is_watched, training_reason
from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.training.queries.counts import Count
from engagement.training.queries.progress import people_without_curriculum
from engagement.waves.models import Membership, Wave
from engagement.waves.tallies.queries import MemberSum, member_sums


@dataclass(frozen=True)
class WaveTraining:
    """An open wave with training to act on: how many people it has, and how many were asked and have finished."""

    wave: Wave
    reason: Reason
    people: int
    trained: Count

    @property
    def due_on(self) -> date:
        return self.wave.training_due_on

    @property
    def figures(self) -> str:
        """How many of those who were asked have finished."""
        if not self.trained.assigned:
            return "Nobody has training to do yet" if self.people else "Nobody is in it yet"
        return f"{self.trained.finished:,} of {self.trained.assigned:,} people have finished their training"

    def is_pressing(self, on: date) -> bool:
        """Return whether the wave itself has to be decided about: earlier, its planners can still catch up."""
        return self.reason is not Reason.NO_TRAINING or is_watched(self.due_on, on)


@dataclass(frozen=True)
class Headcount:
    """How many people are in a wave, and how many of them get no training because they have no training role."""

    people: int = 0
    without_role: int = 0


@dataclass(frozen=True)
class RolelessMembers:
    """A wave with members without a training role."""

    wave: Wave
    people: int


@dataclass(frozen=True)
class MissingCurriculum:
    """A training role with an empty curriculum that people of these live or imminent waves have; first go-live first."""

    role: TrainingRole
    waves: Sequence[Wave]
    people: int


def headcounts(wave_ids: Sequence[int], sums: Sequence[MemberSum] | None = None) -> dict[int, Headcount]:
    """Return how many people are in each wave now, and how many have no training role, in at most three queries.

    `sums` are the `member_sums` of these waves or more, if they are read already.
    """
    counts = {wave_id: Headcount() for wave_id in wave_ids}
    gone = [(wave_id, -people, -without) for wave_id, people, without in _gone_but_members(wave_ids)]
    sums = member_sums(wave_ids) if sums is None else [row for row in sums if row.wave_id in counts]
    for wave_id, people, without in [*((row[0], *row[2:]) for row in sums), *gone]:
        before = counts[wave_id]
        counts[wave_id] = Headcount(before.people + people, before.without_role + without)
    return {wave_id: count for wave_id, count in counts.items() if count.people}


def _gone_but_members(wave_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return by wave how many have left and are still members, until that is settled, and how many of them have no role."""
    here = (Membership.wave_id.in_(wave_ids), Membership.ended_at.is_(None))
    is_member = exists().where(Membership.person_id == Person.id, *here)
    people = db.session.scalars(select(Person.id).where(Person.left_at.is_not(None), is_member)).all()
    if not people:
        return []
    has_role = select(PersonRole.person_id).where(PersonRole.person_id == Membership.person_id).exists()
    counted = (
        select(Membership.wave_id, func.count(), func.sum(case((has_role, 0), else_=1)))
        .where(*here, Membership.person_id.in_(people))
        .group_by(Membership.wave_id)
    )
    return [(wave_id, number, without) for wave_id, number, without in db.session.execute(counted)]


def waves_with_roleless_members(waves: Sequence[Wave], counted: Mapping[int, Headcount]) -> list[RolelessMembers]:
    """Return the open waves that have members without a training role, in the order given."""
    numbers = [(wave, counted.get(wave.id, Headcount()).without_role) for wave in waves if wave.status.is_open]
    return [RolelessMembers(wave, number) for wave, number in numbers if number]


def is_close(wave: Wave, on: date) -> bool:
    """Return whether a wave is live, or so near its go-live that its people need training to do."""
    return wave.status.is_live or (wave.status.is_ahead and is_near(wave.go_live_on, on))


def untrained_waves(
    waves: Sequence[Wave], on: date, people: Mapping[int, int], trained: Mapping[int, Count]
) -> list[WaveTraining]:
    """Return the waves whose training needs somebody on a day, in order; waves missing from the counts count as 0."""
    found = []
    for wave in waves:
        number, count = people.get(wave.id, 0), trained.get(wave.id, Count())
        reason = training_reason(
            wave.go_live_on,
            wave.training_due_on,
            on,
            is_live=wave.status.is_live,
            people=number,
            finished=count.finished,
            assigned=count.assigned,
        )
        if reason is not None and wave.status.is_open and wave.status.keeps_days:
            found.append(WaveTraining(wave, reason, number, count))
    return found


def missing_curricula(waves: Sequence[Wave], on: date) -> list[MissingCurriculum]:
    """Return the roles with an empty curriculum that people of these live or imminent waves have; in one query."""
    in_order = sorted((w for w in waves if is_close(w, on)), key=lambda wave: (wave.go_live_on, wave.id))
    return [
        MissingCurriculum(role, [wave for wave in in_order if wave.id in numbers], sum(numbers.values()))
        for role, numbers in people_without_curriculum([wave.id for wave in in_order]).items()
    ]
