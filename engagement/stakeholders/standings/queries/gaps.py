"""Who is less engaged than we need them to be: counted and put in order by the database, because a page shows a part of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_

from engagement.db import db
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import NAME_SORTED, Filters
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import Stood, read, standing
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.stakeholders.standings.rules import Level, gap_of

_NOW, _WANTED = StakeholderStanding.level_now, StakeholderStanding.level_wanted
_HAS_BOTH = and_(_NOW.is_not(None), _WANTED.is_not(None))


def step_of(level: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Return the place of a level on its scale, NULL where none is said."""
    return case({each: each.step for each in Level}, value=level)


def gap() -> ColumnElement[Any]:
    """Return what `gap_of` answers of a standing that has both levels."""
    return case((step_of(_WANTED) > step_of(_NOW), step_of(_WANTED) - step_of(_NOW)), else_=0)


@dataclass(frozen=True)
class GapCounts:
    """Of those on the map: all, those with both levels, those below, those who lack a level, those of whom none is kept."""

    total: int = 0
    both: int = 0
    below: int = 0
    without: int = 0
    not_kept: int = 0


@dataclass(frozen=True)
class Gaps:
    """The gaps on a map: its visible places, filters, and before which instant (None: now); levels are told as on a day."""

    visible: ColumnElement[bool]
    filters: Filters
    before: datetime | None
    on: date

    def counts(self) -> GapCounts:
        """Return how many there are of which kind."""
        is_labelled = may_be_labelled(self.on)
        said = standing(self.visible, self.filters, self.before, self.on).with_only_columns(
            is_labelled, _NOW, _WANTED, func.count(), maintain_column_froms=True
        )
        total = both = below = without = not_kept = 0
        for told, now, wanted, number in db.session.execute(said.group_by(is_labelled, _NOW, _WANTED)):
            between = gap_of(now, wanted)
            total += number
            not_kept += 0 if told else number
            both += number if told and between is not None else 0
            below += number if told and between else 0
            without += number if told and between is None else 0
        return GapCounts(total, both, below, without, not_kept)

    def widest(self, size: int, offset: int) -> list[Stood]:
        """Return a part of those with both levels: by gap times power; then gaps of those without a power; then no gap."""
        urgency, is_unjudged = gap() * StakeholderStanding.influence, StakeholderStanding.influence.is_(None)
        rank = case((urgency > 0, 0), (and_(is_unjudged, gap() > 0), 1), else_=2)
        order = (rank, case((urgency > 0, -urgency), (is_unjudged, -gap()), else_=0), NAME_SORTED, Stakeholder.id)
        rows = standing(self.visible, self.filters, self.before, self.on).where(_HAS_BOTH, may_be_labelled(self.on))
        return read(rows.order_by(*order).limit(size).offset(offset))

    def without_level(self, size: int) -> list[Stood]:
        """Return the first who lack one of the levels, by name."""
        rows = standing(self.visible, self.filters, self.before, self.on).where(
            or_(_NOW.is_(None), _WANTED.is_(None)), may_be_labelled(self.on)
        )
        return read(rows.order_by(NAME_SORTED, Stakeholder.id).limit(size))
