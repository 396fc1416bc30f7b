"""Publishes the figures of a span of months once it is over: never for a single month in which too few people said something."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from engagement.days.working_days import working_days_after
from engagement.db import db, insert_new, rows_changed
from engagement.people.models import Department
from engagement.people.queries import department_successors
from engagement.programmes.models import Programme
from engagement.resistance.figures.queries import of_programme, who_said_it
from engagement.resistance.models import Concern, ConcernResponse
from engagement.resistance.periods.models import ConcernPeriod
from engagement.resistance.periods.rules import (
    NONE_NAMED,
    TIMES_FLOOR,
    Cell,
    Dimension,
    Standing,
    Tables,
    cell_of,
    ends_between,
    shown_tables,
    told,
)
from engagement.resistance.rules import ANSWER_WITHIN_WORKING_DAYS
from engagement.waves.models import Wave

#: Departments are told apart down to this depth, below which groups would be small.
DEPTH = 2


@dataclass(frozen=True)
class _Said:
    """What is counted of one concern."""

    id: int
    who: str
    wave_id: int | None
    department_id: int | None
    received_on: date
    answered_on: date | None
    first_answered_on: date | None

    def standing(self, on: date) -> Standing:
        """How it stood at the end of a day."""
        return Standing.ANSWERED if self.answered_on is not None and self.answered_on <= on else Standing.OPEN


def programmes_to_span(on: date) -> list[int]:
    """Return the ids of the running programmes of which a month is over at the end of day `on` that no span holds."""
    last = select(ConcernPeriod.programme_id, func.max(ConcernPeriod.last_on).label("on"))
    ended = last.group_by(ConcernPeriod.programme_id).subquery()
    over = _last_month_end(on)
    rows = (
        select(Programme.id)
        .outerjoin(ended, ended.c.programme_id == Programme.id)
        .where(Programme.closed_at.is_(None), or_(ended.c.on.is_(None), ended.c.on < over))
    )
    return list(db.session.scalars(rows.order_by(Programme.id)))


def count_spans_of(programme_id: int, on: date, floor: int, country: str) -> int:
    """Publish the spans of a programme that are over at the end of day `on`; return how many.

    A span ends with the first month in which, since the span before, concerns of enough people came in and its tables are
    safe to show. Until then its months wait for the next one.
    """
    begins = _begins_on(programme_id)
    published = 0
    if begins is None:
        return 0
    said = _said(programme_id, begins)
    places = _places(programme_id)
    for end in ends_between(begins, on):
        span = [each for each in said if begins <= each.received_on <= end]
        if len({each.who for each in span}) < TIMES_FLOOR * floor:
            continue
        tables = {standing: _tables(span, standing, end, places) for standing in Standing}
        shown = {standing.value: shown_tables(tables[standing], floor) for standing in Standing}
        values: dict[str, Any] = {
            **shown,
            "floor": floor,
            "in_time": _in_time(said, begins, end, floor, country),
            "tried": _tried(programme_id, begins, end, floor),
        }
        row = insert_new(ConcernPeriod).values(programme_id=programme_id, first_on=begins, last_on=end, shown=values)
        published += rows_changed(row.on_conflict_do_nothing(index_elements=["programme_id", "first_on"]))
        begins = end + timedelta(days=1)
    return published


def _last_month_end(on: date) -> date:
    return (on + timedelta(days=1)).replace(day=1) - timedelta(days=1)


def _begins_on(programme_id: int) -> date | None:
    """Return the day after the last span or, before the first one, the first day of the month of the first concern."""
    last = db.session.scalar(select(func.max(ConcernPeriod.last_on)).where(ConcernPeriod.programme_id == programme_id))
    if last is not None:
        return last + timedelta(days=1)
    first = db.session.scalar(
        select(func.min(Concern.received_on)).where(of_programme(programme_id), Concern.left_out.is_(None))
    )
    return first.replace(day=1) if first else None


def _said(programme_id: int, begins: date) -> list[_Said]:
    """Return the concerns that came in since a day, and before it those whose answer may have been due since."""
    columns = (
        Concern.id, who_said_it(), Concern.wave_id, Concern.department_id, Concern.received_on, Concern.answered_on,
        Concern.first_answered_on,
    )  # fmt: skip
    since = begins - timedelta(days=31)
    rows = select(*columns).where(of_programme(programme_id), Concern.left_out.is_(None), Concern.received_on >= since)
    return [_Said(*row) for row in db.session.execute(rows)]


@dataclass(frozen=True)
class _Places:
    """The groups of both dimensions in an order that doesn't depend on what was said, and the group of each department."""

    waves: Sequence[str]
    departments: Sequence[str]
    group_of: dict[int, str]

    def group(self, said: _Said, dimension: Dimension) -> str:
        """Return the group of a concern."""
        if dimension is Dimension.WAVE:
            return str(said.wave_id) if said.wave_id else NONE_NAMED
        return self.group_of.get(said.department_id or 0, NONE_NAMED)


def _places(programme_id: int) -> _Places:
    # The newest first: what has to be hidden besides small groups is taken from the end.
    waves = db.session.scalars(select(Wave.id).where(Wave.programme_id == programme_id).order_by(Wave.id.desc()))
    successors = department_successors()
    lineages = dict(db.session.execute(select(Department.id, Department.lineage)).all())
    group_of = {}
    for key in lineages:
        above = [part for part in lineages.get(successors.get(key, key), "").split("/") if part]
        group_of[key] = above[:DEPTH][-1] if above else str(key)
    groups = sorted(set(group_of.values()), key=int)
    return _Places([*map(str, waves), NONE_NAMED], [*groups, NONE_NAMED], group_of)


def _tables(span: Sequence[_Said], standing: Standing, end: date, places: _Places) -> Tables:
    these = [each for each in span if each.standing(end) is standing]
    groups = {Dimension.WAVE: places.waves, Dimension.DEPARTMENT: places.departments}
    return {dimension: _cells(these, dimension, groups[dimension], places) for dimension in Dimension}


def _cells(these: Iterable[_Said], dimension: Dimension, groups: Sequence[str], places: _Places) -> dict[str, Cell]:
    found: dict[str, list[Hashable]] = defaultdict(list)
    for each in these:
        found[places.group(each, dimension)].append(each.who)
    return {group: cell_of(found[group]) for group in groups}


def _in_time(said: Sequence[_Said], begins: date, end: date, floor: int, country: str) -> dict[str, Any] | None:
    """Return how many of the answers that were due in a span came in time."""
    kept: dict[bool, list[Hashable]] = {True: [], False: []}
    days = {each.received_on for each in said}
    due_on = {day: working_days_after(day, ANSWER_WITHIN_WORKING_DAYS, country) for day in days}
    for each in said:
        due = due_on[each.received_on]
        if begins <= due <= end:
            kept[each.first_answered_on is not None and each.first_answered_on <= due].append(each.who)
    found = told(cell_of(kept[True]), cell_of(kept[False]), floor)
    return asdict(found) if found else None


def _tried(programme_id: int, begins: date, end: date, floor: int) -> list[dict[str, Any]]:
    """Return the responses that were tried in a span for concerns of enough people, and how many of these were answered since."""
    rows = db.session.execute(
        select(ConcernResponse.source, ConcernResponse.title, who_said_it(), Concern.answered_on)
        .join(Concern, Concern.id == ConcernResponse.concern_id)
        .where(
            of_programme(programme_id),
            Concern.left_out.is_(None),
            ConcernResponse.tried_on.between(begins, end),
        )
    )
    by_response: dict[tuple[str, str], dict[bool, list[Hashable]]] = defaultdict(lambda: {True: [], False: []})
    for source, title, who, answered_on in rows:
        by_response[source.value, title][answered_on is not None and answered_on <= end].append(who)
    found = {
        key: told(cell_of(since[True]), cell_of(since[False]), floor) for key, since in sorted(by_response.items())
    }
    return [
        {"source": source, "title": title, **asdict(each)}
        for (source, title), each in found.items()
        if each is not None
    ]
