"""Reads of milestones."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.waves.milestones.models import Milestone
from engagement.waves.tallies.queries import WAVES


def milestones_of_waves(wave_ids: Iterable[int]) -> dict[int, list[Milestone]]:
    """Return the milestones of each wave by day, in one query; every wave has an entry."""
    keys = list(wave_ids)
    found: dict[int, list[Milestone]] = defaultdict(list, {key: [] for key in keys})
    rows = db.session.scalars(_of_waves(), {"waves": keys})
    for row in sorted(rows, key=lambda row: (row.falls_on, row.kind.place, row.id)):
        found[row.wave_id].append(row)
    return dict(found)


# Making the statement anew costs more than running it.
@cache
def _of_waves() -> Select[Milestone]:
    return select(Milestone).where(Milestone.wave_id.in_(WAVES)).options(joinedload(Milestone.anchor))


def milestones_of(wave_id: int) -> list[Milestone]:
    """Return the milestones of a wave by day."""
    return milestones_of_waves([wave_id])[wave_id]
