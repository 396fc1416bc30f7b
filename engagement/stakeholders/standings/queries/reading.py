"""Parts of one map, counted and put in order by the database, because a page of a large map shows few of its rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, true
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.people.models import Person
from engagement.stakeholders.models import Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import NAME_SORTED, Filters
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import Stood, counting, quadrant_is, read, standing
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


@dataclass(frozen=True)
class MapAt:
    """The map of visible places with filters just before an instant (None: now); levels are told as they may be on a day."""

    visible: ColumnElement[bool]
    filters: Filters
    before: datetime | None
    on: date

    def squares(self) -> list[Square]:
        """Return the squares in which anybody stands, and those without a place as one."""
        against = and_(_NOW == Level.RESISTANT, may_be_labelled(self.on))
        counted = (
            _square.label("square"),
            func.count(),
            func.sum(case((against, 1), else_=0)),
            func.sum(case((and_(_POWER >= HIGH, against), 1), else_=0)),
            func.min(Stakeholder.id),
        )
        # By its name, or the database works the square out twice.
        rows = counting(counted, self.visible, self.filters, self.before).group_by("square")
        return [Square._make(row) for row in db.session.execute(rows)]

    def placed(self, ids: Collection[int] | None = None) -> list[Stood]:
        """Return all who have a place, or these of them, by number."""
        these = true() if ids is None else Stakeholder.id.in_(ids)
        return read(self.rows.where(_IS_PLACED, these).order_by(*_BY_NUMBER))

    def unplaced(self, limit: int) -> list[Stood]:
        """Return the first who have no place, by name."""
        return read(self.rows.where(~_IS_PLACED).order_by(*_BY_NAME).limit(limit))

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
        column, is_down = order.removeprefix("-"), order.startswith("-")
        rows = self.rows if cell is None else self.rows.where(_square == cell)
        rows = rows.where(_IS_PLACED, _POWER.between(least_power, MOST)) if least_power else rows
        if column == "number":
            by_number = case((_IS_PLACED, 0), else_=1), *(_BACKWARDS if is_down else _BY_NUMBER)
            return self._part(rows.order_by(*by_number), limit, offset)
        if column == "owner":
            owner = aliased(Person)
            rows = rows.outerjoin(owner, owner.id == StakeholderProfile.owner_id)
            key: SQLColumnExpression[Any] = owner.sorted_by
        else:
            key = _keys(self.on)[column]
        in_order = (key.desc() if is_down else key.asc()).nulls_last()
        return self._part(rows.order_by(in_order, *_BY_NAME), limit, offset)

    def _part(
        self,
        rows: Select[int, int | None, int | None, int | None, str, str, bool],
        limit: int | None,
        offset: int | None,
    ) -> list[Stood]:
        """Return a part of ordered rows. Their ids come first: what is told of the others needs no working out."""
        if limit is None:
            return read(rows)
        only_ids = rows.with_only_columns(Stakeholder.id, maintain_column_froms=True)
        ids = db.session.scalars(only_ids.limit(limit).offset(offset)).all()
        told = {row.stakeholder_id: row for row in read(self.rows.where(Stakeholder.id.in_(ids)))}
        return [told[key] for key in ids]

    @cached_property
    def rows(self) -> Select[int, int | None, int | None, int | None, str, str, bool]:
        return standing(self.visible, self.filters, self.before, self.on)


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
