"""Quiet periods of other waves into which the training of a wave falls, with how many people that concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.training.models import Assignment
from engagement.training.queries.standing import is_asked, standing_of
from engagement.training.waiting.models import QuietOverride
from engagement.training.waiting.queries import standing_overrides
from engagement.training.waiting.rules import due_after
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Membership, Wave
from engagement.waves.queries import member_ids
from engagement.waves.rules import WaveStatus

_KEEPS_DAYS = [status for status in WaveStatus if status.is_open and status.keeps_days]


@dataclass(frozen=True)
class QuietClash:
    """Another wave whose quiet period holds back training, how many people have still to finish it, and who lets it go on."""

    wave: Wave
    settling: Wave
    until_on: date
    people: int
    goes_on: QuietOverride | None

    @property
    def due_on(self) -> date:
        """When the training of these people is due, if it waits."""
        return max(self.wave.training_due_on, due_after(self.until_on))

    @property
    def is_too_late(self) -> bool:
        """Whether that is after the wave's go-live."""
        return self.due_on > self.wave.go_live_on


def quiet_clashes(wave: Wave, on: date) -> list[QuietClash]:
    """Return the quiet periods that last on a day or are to come, and hold back training of this wave, by their last day.

    One that begins after the training is due holds nothing back. Two queries where there are none, else four.
    """
    if wave.status not in _KEEPS_DAYS:
        return []
    opens = [row.falls_on for row in milestones_of(wave.id) if row.kind is MilestoneKind.TRAINING_OPENS]
    others = select(Wave).where(
        Wave.id != wave.id,
        Wave.status.in_(_KEEPS_DAYS),
        Wave.stabilises_until_on >= max([on, *opens]),
        Wave.go_live_on <= max(on, wave.training_due_on),
        Wave.id.in_(_waves_of_members(wave.id)),
    )
    found = list(db.session.scalars(others.order_by(Wave.stabilises_until_on, Wave.id)))
    if not found:
        return []
    people = _people_in(wave, [other.id for other in found])
    goes_on = {row.settling_id: row for row in standing_overrides(wave.id)}
    return [
        QuietClash(wave, other, other.stabilises_until_on, people[other.id], goes_on.get(other.id))
        for other in found
        if other.id in people and other.stabilises_until_on is not None
    ]


def _waves_of_members(wave_id: int) -> Select[int]:
    mine, theirs = aliased(Membership), aliased(Membership)
    return (
        select(theirs.wave_id)
        .join(mine, mine.person_id == theirs.person_id)
        .where(mine.wave_id == wave_id, mine.ended_at.is_(None), theirs.ended_at.is_(None))
    )


def _people_in(wave: Wave, others: Sequence[int]) -> dict[int, int]:
    members = select(Membership.person_id).where(Membership.wave_id.in_(others), Membership.ended_at.is_(None))
    standing = standing_of(*_due_with(wave), Assignment.person_id.in_(members))
    rows = db.session.execute(
        select(Membership.wave_id, func.count(standing.c.person_id.distinct()).label("people"))
        .join(standing, standing.c.person_id == Membership.person_id)
        .where(
            Membership.wave_id.in_(others),
            Membership.ended_at.is_(None),
            standing.c.asked > 0,
            standing.c.is_finished == 0,
        )
        .group_by(Membership.wave_id)
    )
    return {row.wave_id: row.people for row in rows}


def people_held_back(wave: Wave, settling: Wave) -> Select[Person]:
    """Return a SELECT of the people of a clash with their departments, by name: they have training of the wave to finish, and are in the one that settles."""
    standing = standing_of(*_due_with(wave), Assignment.person_id.in_(member_ids(settling.id)))
    unfinished = select(standing.c.person_id).where(standing.c.asked > 0, standing.c.is_finished == 0)
    asked = select(Person).where(Person.id.in_(unfinished)).options(joinedload(Person.department))
    return asked.order_by(Person.sorted_by, Person.id)


def _due_with(wave: Wave) -> list[ColumnElement[bool]]:
    """Return the conditions on `Assignment` of a wave that it is asked and due with the wave."""
    return [Assignment.wave_id == wave.id, Assignment.own_due_on.is_(None), is_asked()]
