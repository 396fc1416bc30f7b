"""Who is less engaged than we need them to be: counted and put in order by the database, because a page shows a part of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, true

from engagement.db import db
from engagement.reach import Reach
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import NAME_SORTED
from engagement.stakeholders.scopes import places_within, stakeholders_within_alone
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import Rows, Stood, counting, read
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.stakeholders.standings.queries.reading import GAP, HAS_BOTH_LEVELS, HAS_GAP, MapAt, kept, rows_of

_NOW, _WANTED, _POWER = StakeholderStanding.level_now, StakeholderStanding.level_wanted, StakeholderStanding.influence
_ORDER_OF_GAPS = case((and_(HAS_GAP, _POWER > 0), 0), (and_(HAS_GAP, _POWER.is_(None)), 1), else_=2)
_FIRST = (_ORDER_OF_GAPS, case((_POWER.is_(None), -GAP), else_=-GAP * _POWER), NAME_SORTED, Stakeholder.id)


@dataclass(frozen=True)
class GapCounts:
    """Of those on the map: all, those with both levels, those below, those who lack a level, those who lack the desired one, those of
    whom none is kept.
    """

    total: int = 0
    both: int = 0
    below: int = 0
    without: int = 0
    unwanted: int = 0
    not_kept: int = 0

    @property
    def kept(self) -> int:
        """Of how many levels are kept."""
        return self.total - self.not_kept


class Gaps(MapAt):
    """The gaps on a map."""

    def counts(self) -> GapCounts:
        """Return how many there are of which kind."""
        total, *some = db.session.execute(_counted(self)).one()
        both, below, told, unwanted = (number or 0 for number in some)
        return GapCounts(total, both, below, told - both, unwanted, total - told)

    def widest(self, size: int, offset: int, below: int) -> list[Stood]:
        """Return a part of those with both levels: by gap times power; then gaps of those without a power; then no gap.

        Of `below` it is known how many have a gap: before them, nobody else has to be put in order.
        """
        rows = _widest_below(self) if offset + size <= below else _widest(self)
        return read(rows.limit(size).offset(offset))

    def without_level(self, size: int) -> list[Stood]:
        """Return the first who lack one of the levels, by name."""
        return read(_without(self).limit(size))

    def without_wanted(self, planning: Reach, size: int, ids: Collection[int] | None = None) -> list[Stood]:
        """Return the first of those whom `planning` may change who lack the desired level, or of these of them: those with most power first."""
        these = true() if ids is None else Stakeholder.id.in_(ids)
        return read(_without_wanted(self, planning).where(these).limit(size))


@kept
def _counted(at: MapAt) -> Select[Any]:
    is_told = may_be_labelled(at.on)
    counted = (
        func.count(),
        func.sum(case((and_(HAS_BOTH_LEVELS, is_told), 1), else_=0)),
        func.sum(case((and_(HAS_BOTH_LEVELS, HAS_GAP, is_told), 1), else_=0)),
        func.sum(case((is_told, 1), else_=0)),
        func.sum(case((and_(_WANTED.is_(None), is_told), 1), else_=0)),
    )
    return counting(counted, places_within(at.maps), at.filters, at.before)


@kept
def _widest(at: MapAt) -> Rows:
    return rows_of(at).where(HAS_BOTH_LEVELS, may_be_labelled(at.on)).order_by(*_FIRST)


@kept
def _widest_below(at: MapAt) -> Rows:
    return _widest(at).where(HAS_GAP)


@kept
def _without(at: MapAt) -> Rows:
    return rows_of(at).where(~HAS_BOTH_LEVELS, may_be_labelled(at.on)).order_by(NAME_SORTED, Stakeholder.id)


@kept
def _without_wanted(at: MapAt, planning: Reach) -> Rows:
    changeable = stakeholders_within_alone(planning)
    rows = rows_of(at).where(_WANTED.is_(None), may_be_labelled(at.on), changeable)
    return rows.order_by(_POWER.desc().nulls_last(), NAME_SORTED, Stakeholder.id)
