"""Reads of milestones."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.waves.milestones.models import Milestone


def milestones_of_waves(wave_ids: Iterable[int]) -> dict[int, list[Milestone]]:
    """Return the milestones of each wave by day, in one query; every wave has an entry."""
    keys = list(wave_ids)
    found: dict[int, list[Milestone]] = defaultdict(list, {key: [] for key in keys})
    rows = select(Milestone).where(Milestone.wave_id.in_(keys)).options(joinedload(Milestone.anchor))
    for row in sorted(db.session.scalars(rows), key=lambda row: (row.falls_on, row.kind.place, row.id)):
        found[row.wave_id].append(row)
    return dict(found)


def milestones_of(wave_id: int) -> list[Milestone]:
    """Return the milestones of a wave by day."""
    return milestones_of_waves([wave_id])[wave_id]
