"""How far friendly users of many waves are with their training: champions, and who was in a wave that went live earlier."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, literal, null, select, union_all
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion
from engagement.training.queries.counts import Count
from engagement.training.tallies.queries import learners_of
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import IN_USE
from engagement.waves.tallies.queries import WAVES, counts_marked

NONE = Count()


@dataclass(frozen=True)
class Friendly:
    """How many learners of a wave are champions, or else pilot users, and how many of each have finished."""

    champions: Count = NONE
    pilots: Count = NONE


def friendly_in_waves(waves: Sequence[Wave], on: date, *, are_few: bool = False) -> dict[int, Friendly]:
    """Return how far friendly users are with the training of each wave, in one statement; waves without any have no entry.

    Champions are those of any wave of the programme on a day; pilot users were in a wave of it that went live earlier. These are looked
    for among the people of these waves if those `are_few`, else among all who use something already: the result is the same.
    """
    by_id = {wave.id: wave for wave in waves}
    champions: dict[int, Count] = defaultdict(Count)
    pilots: dict[int, Count] = defaultdict(Count)
    for wave_id, programme_id, is_champion, used_on, asked, finished in db.session.execute(
        _statement(counts_marked(), are_few),
        {"waves": list(by_id), "programmes": list({wave.programme_id for wave in waves}), "on": on},
    ):
        wave, count = by_id[wave_id], Count(asked, int(finished))
        if programme_id != wave.programme_id:
            continue
        if is_champion:
            champions[wave_id] += count
        elif used_on < wave.go_live_on:
            pilots[wave_id] += count
    return {key: Friendly(champions[key], pilots[key]) for key in {*champions, *pilots}}


# Making a long statement anew costs more than running it.
@cache
def _statement(counts: bool, are_few: bool) -> Select[Any]:
    member = aliased(Membership)
    is_theirs = Wave.programme_id.in_(bindparam("programmes", expanding=True))
    users = (
        select(
            Membership.person_id,
            Wave.programme_id,
            literal(0).label("is_champion"),
            Wave.go_live_on.label("used_on"),
        )
        .join(Wave, Wave.id == Membership.wave_id)
        .where(Wave.status.in_(IN_USE))
    )
    # Nobody learns in a wave without having been a member of it. Databases then begin at these people only if nothing else is asked; what
    # they used in other programmes is left out of the result.
    members = select(member.person_id).where(member.wave_id.in_(WAVES))
    users = users.where(Membership.person_id.in_(members) if are_few else is_theirs)
    champions = (
        select(Champion.person_id, Wave.programme_id, literal(1), null())
        .join(Wave, Wave.id == Champion.wave_id)
        .where(is_theirs, is_champion_on(bindparam("on", type_=Date)))
    )
    # Each of them once, with what decides: whether they are a champion, and the first go-live that they were part of.
    every = union_all(users, champions).subquery()
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
    theirs = select(friendly.c.person_id)
    # From their table: for a list of waves PostgreSQL expects to search the index once for each, and so reads everybody instead.
    waves = select(Wave.id).where(Wave.id.in_(WAVES))
    learner = learners_of(theirs, lambda table: table.wave_id.in_(waves), counts=counts)
    key = (learner.c.wave_id, friendly.c.programme_id, friendly.c.is_champion, friendly.c.used_on)
    return (
        select(*key, func.count(), func.sum(learner.c.finished))
        .join(friendly, friendly.c.person_id == learner.c.person_id)
        .group_by(*key)
    )
