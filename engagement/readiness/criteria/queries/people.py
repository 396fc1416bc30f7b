"""How far friendly users of many waves are with their training: champions, and who was in a wave that went live earlier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, and_, bindparam, func, literal, null, or_, select, union_all
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
    programmes = select(Wave.programme_id).where(Wave.id.in_(WAVES))
    of_programme = aliased(Wave)
    is_theirs = of_programme.programme_id.in_(programmes)
    champions = (
        select(Champion.person_id, of_programme.programme_id, literal(1).label("is_champion"), null().label("used_on"))
        .join(of_programme, of_programme.id == Champion.wave_id)
        .where(is_theirs, is_champion_on(on))
    )
    users = (
        select(Membership.person_id, of_programme.programme_id, literal(0), of_programme.go_live_on)
        .join(of_programme, of_programme.id == Membership.wave_id)
        .where(is_theirs, of_programme.status.in_(IN_USE))
    )
    # Each of them once, with what decides: whether they are a champion, and the first go-live that they were part of.
    every = union_all(champions, users).subquery()
    friendly = (
        select(
            every.c.person_id,
            every.c.programme_id,
            func.max(every.c.is_champion).label("is_champion"),
            func.min(every.c.used_on).label("used_on"),
        )
        .group_by(every.c.person_id, every.c.programme_id)
        .cte("friendly")
    )
    learner = learners_of(select(friendly.c.person_id), lambda table: table.wave_id.in_(WAVES))
    key = (learner.c.wave_id, friendly.c.is_champion)
    return (
        select(*key, func.count(), func.sum(learner.c.finished))
        .join(Wave, Wave.id == learner.c.wave_id)
        .join(
            friendly,
            and_(friendly.c.person_id == learner.c.person_id, friendly.c.programme_id == Wave.programme_id),
        )
        .where(or_(friendly.c.is_champion == 1, friendly.c.used_on < Wave.go_live_on))
        .group_by(*key)
    )
