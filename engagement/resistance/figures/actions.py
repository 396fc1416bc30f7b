"""Publishes the figures about objections for reports: once for each day, as of its end, and never again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from engagement.db import db, insert_new, rows_changed
from engagement.programmes.models import Programme
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.figures.queries import of_programme, shown_in, who_said_it
from engagement.resistance.figures.rules import hide_small, may_move
from engagement.resistance.models import Concern
from engagement.resistance.queries import late_at_end_of
from engagement.resistance.rules import Source, median_working_days


@dataclass(frozen=True)
class _Said:
    """What is counted of one concern: who said it, and the days on which something happened to it."""

    source: Source
    who: str
    received_on: date
    answered_on: date | None
    first_answered_on: date | None
    waiting_since_on: date | None

    def is_answered(self, on: date) -> bool:
        """Whether its last word was an answer at the end of a day."""
        return self.answered_on is not None and self.answered_on <= on

    def moved_since(self, day: date, on: date) -> bool:
        """Whether it came in, was answered or was reopened after `day` and until the end of `on`."""
        moved = (self.received_on, self.answered_on, self.waiting_since_on)
        return any(each is not None and day < each <= on for each in moved)


def count_objections(on: date, floor: int, country: str) -> int:
    """Publish the figures of each programme as of the end of day `on`, if not published yet.

    Closed programmes keep their figures. Returns the number of programmes, in at most four queries for each. `floor` is
    the smallest group that is shown, in people; working days are those of `country`.
    """
    return sum(count_objections_of(programme_id, on, floor, country) for programme_id in programmes_to_count(on))


def programmes_to_count(on: date) -> list[int]:
    """Return the ids of the programmes whose figures as of the end of day `on` are not published yet."""
    counted = select(ConcernFigures.programme_id)
    uncounted = (
        or_(Programme.closed_at.is_(None), Programme.id.not_in(counted)),
        Programme.id.not_in(counted.where(ConcernFigures.on >= on)),
    )
    return list(db.session.scalars(select(Programme.id).where(*uncounted).order_by(Programme.id)))


def count_objections_of(programme_id: int, on: date, floor: int, country: str) -> int:
    """Publish the figures of one programme as `count_objections` does; return 0 if another process was first."""
    before = db.session.scalar(
        select(ConcernFigures)
        .where(ConcernFigures.programme_id == programme_id, ConcernFigures.on < on)
        .order_by(ConcernFigures.on.desc())
        .limit(1)
    )
    said = _said(programme_id, on)
    parts = {part: _part(part, said, on, floor, before) for part in ("open", "answered")}
    stands = before is not None and parts["answered"]["cells"] == before.shown["answered"]["cells"]
    median = before.shown["median_days"] if before is not None and stands else _median(said, on, floor, country)
    is_late = before.shown["is_late"] if before is not None and _in_same_week(before, on) else None
    if is_late is None:
        is_late = _people_waiting_too_long(programme_id, on, country) >= floor
    values = {**parts, "median_days": median, "is_late": is_late, "floor": floor}
    row = insert_new(ConcernFigures).values(programme_id=programme_id, on=on, shown=values)
    return rows_changed(row.on_conflict_do_nothing(index_elements=["programme_id", "on"]))


def _in_same_week(before: ConcernFigures, on: date) -> bool:
    return before.on.isocalendar()[:2] == on.isocalendar()[:2]


def _said(programme_id: int, on: date) -> list[_Said]:
    columns = (
        Concern.source, who_said_it(), Concern.received_on, Concern.answered_on, Concern.first_answered_on,
        Concern.waiting_since_on,
    )  # fmt: skip
    return [_Said(*row) for row in db.session.execute(select(*columns).where(*_counts(programme_id, on)))]


def _counts(programme_id: int, on: date) -> tuple[ColumnElement[bool], ...]:
    return of_programme(programme_id), Concern.left_out.is_(None), Concern.received_on <= on


def _part(part: str, said: Sequence[_Said], on: date, floor: int, before: ConcernFigures | None) -> dict[str, Any]:
    """Return the cells of one part, each with number, people and the day since which it is the same, and what is shown.

    The total is the sum of the cells, so that it changes only with them.
    """
    cells = {}
    for source in Source:
        of_source = [each for each in said if each.source is source]
        stood = before.shown[part]["cells"].get(source.value) if before is not None else None
        moved = {each.who for each in of_source if stood and each.moved_since(date.fromisoformat(stood["on"]), on)}
        if stood and not may_move(len(moved), floor):
            cells[source.value] = stood
            continue
        now = [each for each in of_source if each.is_answered(on) is (part == "answered")]
        cells[source.value] = {
            "number": len(now),
            "people": len({each.who for each in now}),
            "on": on.isoformat(),
        }
    return {"cells": cells, **_shown(part, cells, on, floor, before)}


def _shown(
    part: str, cells: Mapping[str, Mapping[str, Any]], on: date, floor: int, before: ConcernFigures | None
) -> dict[str, Any]:
    """Hide small groups, and whatever was hidden earlier in the same week (Monday to Sunday)."""
    numbers = {source: cells[source.value]["number"] for source in Source}
    people = {source: cells[source.value]["people"] for source in Source}
    stays = shown_in(before, part).hidden if before is not None and _in_same_week(before, on) else frozenset()
    shown = hide_small(numbers, floor, people, stays)
    return {"groups": {source.value: number for source, number in shown.groups.items()}, "total": shown.total}


def _median(said: Sequence[_Said], on: date, floor: int, country: str) -> float | None:
    """Return the median working days to an answer, None when the answers went to too few people."""
    answered = [each for each in said if each.first_answered_on is not None and each.first_answered_on <= on]
    if len({each.who for each in answered}) < floor:
        return None
    waits = [(each.received_on, each.first_answered_on) for each in answered if each.first_answered_on]
    return median_working_days(waits, country)


def _people_waiting_too_long(programme_id: int, on: date, country: str) -> int:
    late = select(who_said_it()).where(
        *_counts(programme_id, on), Concern.answered_on.is_(None), late_at_end_of(on, country)
    )
    return len(set(db.session.scalars(late)))
