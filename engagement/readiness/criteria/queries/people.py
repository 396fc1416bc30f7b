"""How far friendly users of many waves are with their training: champions, and who was in a wave that went live earlier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, case, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion
from engagement.training.queries.counts import Count
from engagement.training.tallies.queries import learners_of
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import IN_USE
from engagement.waves.tallies.queries import WAVES

NONE = Count()


@dataclass(frozen=True)
class Friendly:
    """How many learners of a wave are champions, or else pilot users, and how many of each have finished."""

    champions: Count = NONE
    pilots: Count = NONE


def friendly_in_waves(wave_ids: Sequence[int], on: date) -> dict[int, Friendly]:
    """Return how far friendly users are with the training of each wave, in one statement; waves without any have no entry.

    Champions are those of any wave of the programme on a day; pilot users were in a wave of it that went live earlier.
    """
    found: dict[int, dict[int, Count]] = {}
    for wave_id, champion, asked, finished in db.session.execute(_statement(), {"waves": list(wave_ids), "on": on}):
        found.setdefault(wave_id, {})[champion] = Count(asked, int(finished))
    return {key: Friendly(each.get(1, Count()), each.get(0, Count())) for key, each in found.items()}


# Making a long statement anew costs more than running it.
@cache
def _statement() -> Select[Any]:
    on: Any = bindparam("on", type_=Date)
    other = aliased(Wave)
    programmes = select(Wave.programme_id).where(Wave.id.in_(WAVES))
    champions = select(Champion.person_id).join(other, other.id == Champion.wave_id).where(is_champion_on(on))
    used = select(other.id).where(other.status.in_(IN_USE), other.programme_id.in_(programmes))
    people = union(
        champions.where(other.programme_id.in_(programmes)),
        select(Membership.person_id).where(Membership.wave_id.in_(used)),
    )
    learner = learners_of(people, lambda table: table.wave_id.in_(WAVES))
    mine = other.programme_id == Wave.programme_id
    is_champion = exists(champions.where(mine, Champion.person_id == learner.c.person_id))
    is_pilot = exists().where(
        Membership.person_id == learner.c.person_id,
        Membership.wave_id == other.id,
        mine,
        other.status.in_(IN_USE),
        other.id != Wave.id,
        other.go_live_on < Wave.go_live_on,
    )
    of_person = (
        select(learner.c.wave_id, learner.c.finished, case((is_champion, 1), else_=0).label("is_champion"))
        .join(Wave, Wave.id == learner.c.wave_id)
        .where(or_(is_champion, is_pilot))
        .subquery()
    )
    key = (of_person.c.wave_id, of_person.c.is_champion)
    return select(*key, func.count(), func.sum(of_person.c.finished)).group_by(*key)
