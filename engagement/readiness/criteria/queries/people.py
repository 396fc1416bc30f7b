"""How far friendly users of many waves are with their training: champions, and who was in a wave that went live earlier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, select

from engagement.db import db
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion
from engagement.training.queries.counts import Count
from engagement.training.tallies.queries import learners_of
from engagement.waves.models import Wave
from engagement.waves.tallies.queries import WAVES, counts_marked

NONE = Count()


@dataclass(frozen=True)
class Friendly:
    """How many learners of a wave are champions, or else pilot users, and how many of each have finished."""

    champions: Count = NONE
    pilots: Count = NONE


def friendly_in_waves(waves: Sequence[Wave], pilots: Mapping[int, Count], on: date) -> dict[int, Friendly]:
    """Return how far friendly users are with the training of each wave, in one statement; waves without any have no entry.

    Champions are those of any wave of the programme on a day. `pilots` are the pilot users of each wave as `sums_of` counts them: whether
    they are champions too.
    """
    programmes = {wave.id: wave.programme_id for wave in waves}
    found = {key: Friendly(pilots=pilots[key]) for key in programmes if key in pilots}
    given = {"waves": list(programmes), "programmes": list(set(programmes.values())), "on": on}
    for wave_id, programme_id, *numbers in db.session.execute(_champions(counts_marked()), given):
        if programme_id != programmes[wave_id]:
            continue
        asked, finished, both, both_finished = map(int, numbers)
        theirs = pilots.get(wave_id, NONE)
        others = Count(theirs.assigned - both, theirs.finished - both_finished)
        found[wave_id] = Friendly(Count(asked, finished), others)
    return {key: friendly for key, friendly in found.items() if friendly != Friendly()}


# Making a long statement anew costs more than running it.
@cache
def _champions(counts: bool) -> Select[Any]:
    """The learners of waves who are champions, by programme, the finished ones, and how many of both are pilot users too."""
    champion = (
        select(Champion.person_id, Wave.programme_id)
        .join(Wave, Wave.id == Champion.wave_id)
        .where(
            Wave.programme_id.in_(bindparam("programmes", expanding=True)),
            is_champion_on(bindparam("on", type_=Date)),
        )
        .distinct()
        .cte("champion_once")
    )
    # From their table: for a list of waves PostgreSQL expects to search the index once for each, and so reads everybody instead.
    waves = select(Wave.id).where(Wave.id.in_(WAVES))
    learner = learners_of(select(champion.c.person_id), lambda table: table.wave_id.in_(waves), counts=counts)
    finished, pilots = learner.c.finished, learner.c.pilots
    # Waves of other programmes are left out of the result: with the waves joined here, databases begin at everybody in them.
    key = (learner.c.wave_id, champion.c.programme_id)
    return (
        select(*key, func.count(), func.sum(finished), func.sum(pilots), func.sum(pilots * finished))
        .join(champion, champion.c.person_id == learner.c.person_id)
        .group_by(*key)
    )
