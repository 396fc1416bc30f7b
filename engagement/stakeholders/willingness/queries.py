"""Reads how willing departments are, from where they stand as groups on the maps of a programme."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, select

from engagement.db import db
from engagement.people.models import Department
from engagement.people.queries import departments, standing_department
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.stakeholders.queries import on_the_map
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Level
from engagement.stakeholders.willingness.rules import Planned, Willing, ranked
from engagement.waves.models import Wave
from engagement.waves.queries import departments_of_waves, waves_of
from engagement.waves.rules import WaveStatus


def willing_first(programme_id: int, visible: ColumnElement[bool]) -> list[Willing]:
    """Return the departments that a programme asks or could ask, the most willing first.

    These are the departments of its waves, those on its maps, and those at the top. Only what was said of a department as a group
    counts, never of a person. `visible` is the condition on `StakeholderPlace` that the reader sees the map.
    """
    levels, planned = _levels(programme_id, visible), _planned(programme_id)
    every = departments()
    wanted = [row for row in every if row.id in levels or row.id in planned or row.parent_id is None]
    return ranked(
        _willing(row, levels.get(row.id), planned.get(row.id) or _above(row, planned, every)) for row in wanted
    )


def _willing(row: Department, said: tuple[Level, date] | None, planned: Planned | None) -> Willing:
    level, said_on = said or (None, None)
    return Willing(row.id, row.path, level, said_on, planned)


def _levels(programme_id: int, visible: ColumnElement[bool]) -> dict[int, tuple[Level, date]]:
    """Return the level of each department on the maps of a programme and the day it was said, in one query."""
    rows = db.session.execute(
        select(Stakeholder.department_id, StakeholderStanding.level_now, StakeholderStanding.said_at)
        .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
        .join(StakeholderStanding, StakeholderStanding.stakeholder_id == Stakeholder.id)
        .where(
            StakeholderPlace.programme_id == programme_id,
            StakeholderPlace.ended_at.is_(None),
            visible,
            on_the_map(),
            Stakeholder.department_id.is_not(None),
            StakeholderStanding.superseded_at.is_(None),
            StakeholderStanding.level_now.is_not(None),
        )
        .order_by(StakeholderStanding.said_at)
    )
    return {
        department_id: (level, said_at.date())
        for department_id, level, said_at in rows
        if department_id is not None and level is not None
    }


def _planned(programme_id: int) -> dict[int, Planned]:
    """Return the first wave, by go-live, of each department that a wave names."""
    rows = [wave for wave in waves_of(programme_id) if wave.status is not WaveStatus.CANCELLED]
    named = departments_of_waves([wave.id for wave in rows])
    found: dict[int, Planned] = {}
    for wave in _by_go_live(rows):
        for row in named.get(wave.id, []):
            found.setdefault(standing_department(row).id, Planned(wave.title, wave.go_live_on))
    return found


def _by_go_live(rows: Iterable[Wave]) -> list[Wave]:
    return sorted(rows, key=lambda wave: (wave.go_live_on, wave.number))


def _above(row: Department, planned: dict[int, Planned], every: list[Department]) -> Planned | None:
    """Return the wave of the nearest department above that one names: a wave's department has everything below it."""
    over = [other for other in every if other.id in planned and row.lineage.startswith(other.lineage)]
    nearest = max(over, key=lambda other: len(other.lineage), default=None)
    return planned[nearest.id] if nearest else None
