"""Parts of one map, counted and put in order by the database, because a page of a large map shows few of its rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, bindparam, case, func, or_, true
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.people.models import Person
from engagement.reach import Reach
from engagement.stakeholders.models import Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import NAME_SORTED, Filters
from engagement.stakeholders.scopes import places_within
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import Rows, Stood, counting, quadrant_is, read, standing
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.stakeholders.standings.rules import CELLS, HIGH, MOST, Level, Quadrant

_POWER, _INTEREST = StakeholderStanding.influence, StakeholderStanding.interest
_NOW, _WANTED = StakeholderStanding.level_now, StakeholderStanding.level_wanted
#: Expressions are made once, because making them takes longer than what they ask.
HAS_BOTH_LEVELS = and_(_NOW.is_not(None), _WANTED.is_not(None))
_STEP_NOW, _STEP_WANTED = (case({each: each.step for each in Level}, value=level) for level in (_NOW, _WANTED))
#: What `gap_of` answers of a standing that has both levels.
HAS_GAP = _STEP_WANTED > _STEP_NOW
GAP = case((HAS_GAP, _STEP_WANTED - _STEP_NOW), else_=0)
_IS_PLACED = and_(_POWER.is_not(None), _INTEREST.is_not(None))
_ROW, _COLUMN = (case((each >= MOST, CELLS - 1), else_=each // (MOST // CELLS)) for each in (_POWER, _INTEREST))
#: The square, as `cell_of` does, NULL for who has no place.
_square: ColumnElement[Any] = case((or_(_POWER.is_(None), _INTEREST.is_(None)), None), else_=CELLS * _ROW + _COLUMN)
_BY_NAME = (NAME_SORTED, Stakeholder.id)
_BY_NUMBER = (_POWER.desc(), _INTEREST.desc(), *_BY_NAME)
_BACKWARDS = (_POWER, _INTEREST, NAME_SORTED.desc(), Stakeholder.id.desc())
#: What the table of a map can be put in order by.
ORDERS = ("number", "name", "power", "interest", "quadrant", "stance", "gap", "urgency", "owner")


class Square(NamedTuple):
    """How many stand in one square of the map, and how many of them are against; `cell` None: those without a place.

    `stakeholder_id` is the one who stands there alone.
    """

    cell: int | None
    number: int
    against: int
    against_with_power: int
    stakeholder_id: int


#: Making the long statements of a map anew costs more than running them, so those of the last maps that were asked for are kept.
kept = lru_cache(maxsize=64)


@dataclass(frozen=True)
class MapAt:
    """The map of places within reach, with filters, just before an instant (None: now); levels are told as they may be on a day."""

    maps: Reach
    filters: Filters
    before: datetime | None
    on: date

    def squares(self) -> list[Square]:
        """Return the squares in which anybody stands, and those without a place as one."""
        return [Square._make(row) for row in db.session.execute(_counted_by_square(self))]

    def placed(self, ids: Collection[int] | None = None) -> list[Stood]:
        """Return all who have a place, or these of them, by number."""
        these = true() if ids is None else Stakeholder.id.in_(ids)
        return read(rows_of(self).where(_IS_PLACED, these).order_by(*_BY_NUMBER))

    def unplaced(self, limit: int) -> list[Stood]:
        """Return the first who have no place, by name."""
        return read(rows_of(self).where(~_IS_PLACED).order_by(*_BY_NAME).limit(limit))

    def listed(
        self,
        order: str,
        cell: int | None = None,
        *,
        limit: int | None = None,
        offset: int | None = None,
        least_power: int = 0,
    ) -> list[Stood]:
        """Return rows of the table in one of `ORDERS`, with "-" before it downwards; who lacks what it is by comes last.

        With `least_power` only those are put in order who have as much: ordering everybody takes longer than all else.
        """
        if limit is None:
            return read(_in_order(self, order, cell, least_power))
        # Their ids come first: what is told of the others needs no working out.
        part = _ids_in_order(self, order, cell, least_power)
        ids = list(db.session.scalars(part, {"limit": limit, "offset": offset or 0}))
        told = {row.stakeholder_id: row for row in read(_these(self), {"ids": ids})}
        return [told[key] for key in ids]


@kept
def rows_of(at: MapAt) -> Rows:
    """Return a SELECT, in no order, of everybody on a map."""
    return standing(places_within(at.maps), at.filters, at.before, at.on)


@kept
def _these(at: MapAt) -> Rows:
    return rows_of(at).where(Stakeholder.id.in_(bindparam("ids", expanding=True)))


@kept
def _counted_by_square(at: MapAt) -> Select[Any]:
    against = and_(_NOW == Level.RESISTANT, may_be_labelled(at.on))
    counted = (
        _square.label("square"),
        func.count(),
        func.sum(case((against, 1), else_=0)),
        func.sum(case((and_(_POWER >= HIGH, against), 1), else_=0)),
        func.min(Stakeholder.id),
    )
    # By its name, or the database works the square out twice.
    return counting(counted, places_within(at.maps), at.filters, at.before).group_by("square")


@kept
def _ids_in_order(at: MapAt, order: str, cell: int | None, least_power: int) -> Select[int]:
    ids = _in_order(at, order, cell, least_power).with_only_columns(Stakeholder.id, maintain_column_froms=True)
    return ids.limit(bindparam("limit")).offset(bindparam("offset"))


@kept
def _in_order(at: MapAt, order: str, cell: int | None, least_power: int) -> Rows:
    column, is_down = order.removeprefix("-"), order.startswith("-")
    rows = rows_of(at) if cell is None else rows_of(at).where(_square == cell)
    rows = rows.where(_IS_PLACED, _POWER.between(least_power, MOST)) if least_power else rows
    if column == "number":
        return rows.order_by(case((_IS_PLACED, 0), else_=1), *(_BACKWARDS if is_down else _BY_NUMBER))
    if column == "owner":
        owner = aliased(Person)
        rows = rows.outerjoin(owner, owner.id == StakeholderProfile.owner_id)
        key: SQLColumnExpression[Any] = owner.sorted_by
    else:
        key = _keys(at.on)[column]
    in_order = (key.desc() if is_down else key.asc()).nulls_last()
    return rows.order_by(in_order, *_BY_NAME)


def _keys(on: date) -> dict[str, SQLColumnExpression[Any]]:
    is_labelled = may_be_labelled(on)
    a_gap = case((and_(HAS_BOTH_LEVELS, is_labelled), GAP))
    return {
        "name": NAME_SORTED,
        "power": _POWER,
        "interest": _INTEREST,
        "quadrant": case(*((quadrant_is(each), number) for number, each in enumerate(Quadrant))),
        "stance": case((is_labelled, _STEP_NOW)),
        "gap": a_gap,
        "urgency": a_gap * _POWER,
    }
