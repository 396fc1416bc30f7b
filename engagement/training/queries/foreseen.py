"""What training would follow for people who get or lose a role, before anything changes."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from engagement.db import count_of, db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment
from engagement.training.queries.grounds import SHUT
from engagement.waves.models import Membership, Wave


@dataclass(frozen=True)
class TrainingToCome:
    """How many people of an open wave a role would ask to learn."""

    wave: Wave
    people: int


def training_to_come(people: Select[Person]) -> list[TrainingToCome]:
    """Return the open waves that these people are in, by go-live, each with how many of them."""
    counted = db.session.execute(
        select(Wave, func.count())
        .join(Membership, Membership.wave_id == Wave.id)
        .where(Membership.ended_at.is_(None), Wave.status.not_in(SHUT), Membership.person_id.in_(_ids(people)))
        .group_by(Wave.id)
        .order_by(Wave.go_live_on, Wave.id)
    )
    return [TrainingToCome(wave, number) for wave, number in counted]


def learners_of_role(people: Select[Person], role: TrainingRole) -> int:
    """Return how many of these people are asked now to learn what belongs to a role."""
    asked = (Assignment.role == role, Assignment.withdrawn_at.is_(None), Assignment.person_id.in_(_ids(people)))
    return count_of(select(Assignment.person_id).where(*asked).distinct())


def _ids(people: Select[Person]) -> Select[int]:
    return people.with_only_columns(Person.id).order_by(None)
