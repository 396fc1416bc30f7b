"""Who is less engaged than we need them to be: counted and put in order by the database, because a page shows a part of it."""

from dataclasses import dataclass

from sqlalchemy import and_, case, func

from engagement.db import db
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import NAME_SORTED
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import Stood, read
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.stakeholders.standings.queries.reading import MapAt, gap, has_both_levels
from engagement.stakeholders.standings.rules import gap_of

_NOW, _WANTED, _POWER = StakeholderStanding.level_now, StakeholderStanding.level_wanted, StakeholderStanding.influence


@dataclass(frozen=True)
class GapCounts:
    """Of those on the map: all, those with both levels, those below, those who lack a level, those of whom none is kept."""

    total: int = 0
    both: int = 0
    below: int = 0
    without: int = 0
    not_kept: int = 0


class Gaps(MapAt):
    """The gaps on a map."""

    def counts(self) -> GapCounts:
        """Return how many there are of which kind."""
        is_labelled = may_be_labelled(self.on)
        said = self.rows().with_only_columns(is_labelled, _NOW, _WANTED, func.count(), maintain_column_froms=True)
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
        urgency, is_unjudged = gap() * _POWER, _POWER.is_(None)
        rank = case((urgency > 0, 0), (and_(is_unjudged, gap() > 0), 1), else_=2)
        order = (rank, case((urgency > 0, -urgency), (is_unjudged, -gap()), else_=0), NAME_SORTED, Stakeholder.id)
        rows = self.rows().where(has_both_levels(), may_be_labelled(self.on))
        return read(rows.order_by(*order).limit(size).offset(offset))

    def without_level(self, size: int) -> list[Stood]:
        """Return the first who lack one of the levels, by name."""
        rows = self.rows().where(~has_both_levels(), may_be_labelled(self.on))
        return read(rows.order_by(NAME_SORTED, Stakeholder.id).limit(size))
