"""What the start page of the change team counts across rooms: members of waves who have no training role."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.waves.models import Membership, Wave


@dataclass(frozen=True)
class Roleless:
    """A wave with members who get no training because they have no training role."""

    wave: Wave
    number: int


def waves_with_roleless_members(waves: Sequence[Wave]) -> list[Roleless]:
    """Return those of the waves that are open and have such members, in the order given, in one query."""
    open_waves = {wave.id: wave for wave in waves if wave.status.is_open}
    counted = {
        wave_id: number
        for wave_id, number in db.session.execute(
            select(Membership.wave_id, func.count())
            .join(Person, Person.id == Membership.person_id)
            .where(
                Membership.wave_id.in_(list(open_waves)),
                Membership.ended_at.is_(None),
                Person.left_at.is_(None),
                ~select(PersonRole.person_id).where(PersonRole.person_id == Membership.person_id).exists(),
            )
            .group_by(Membership.wave_id)
        )
        if number
    }
    return [Roleless(wave, counted[wave_id]) for wave_id, wave in open_waves.items() if wave_id in counted]
