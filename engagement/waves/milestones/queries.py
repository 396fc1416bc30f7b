"""Reads of milestones."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.tallies.queries import WAVES


def milestones_of_waves(wave_ids: Iterable[int]) -> dict[int, list[Milestone]]:
    """Return the milestones of each wave by day, in one query; every wave has an entry."""
    keys = list(wave_ids)
    found: dict[int, list[Milestone]] = defaultdict(list, {key: [] for key in keys})
    rows = db.session.scalars(_of_waves(), {"waves": keys})
    for row in sorted(rows, key=lambda row: (row.falls_on, row.kind.place, row.id)):
        found[row.wave_id].append(row)
    return dict(found)


# Making a statement anew costs more than running it.
@cache
def _of_waves() -> Select[Milestone]:
    return select(Milestone).where(Milestone.wave_id.in_(WAVES)).options(joinedload(Milestone.anchor))


def opening_days(wave_ids: Iterable[int]) -> dict[int, date]:
    """Return the day on which training opens in each of these waves, in one query; waves without one have no entry."""
    return dict(db.session.execute(_openings(), {"waves": list(wave_ids)}).all())


@cache
def _openings() -> Select[int, date]:
    opens = Milestone.kind == MilestoneKind.TRAINING_OPENS
    return select(Milestone.wave_id, Milestone.falls_on).where(Milestone.wave_id.in_(WAVES), opens)


def milestones_of(wave_id: int) -> list[Milestone]:
    """Return the milestones of a wave by day."""
    return milestones_of_waves([wave_id])[wave_id]
