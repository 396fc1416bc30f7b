"""What became different on the map between two moments: who moved, who came, who left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import ColumnElement

from engagement.stakeholders.queries import Filters
from engagement.stakeholders.standings.queries.placing import Stood, stood
from engagement.stakeholders.standings.rules import Standing, standing_words


class Move(NamedTuple):
    """Somebody who is not said to stand where they stood; None: they were or are not on the map. There may be thousands."""

    before: Stood | None
    now: Stood | None

    @property
    def stakeholder_id(self) -> int:
        """Who it is."""
        row = self.now or self.before
        assert row
        return row.stakeholder_id

    @property
    def words(self) -> str:
        """What changed, such as "Power 5.9 → 6.9, interest 8.4 → 8.6."; "" if nothing was said of them."""
        before, now = (row.said if row else Standing() for row in (self.before, self.now))
        return standing_words(before, now)

    @property
    def distance(self) -> int:
        """How far they moved over the map, squared, in tenths; 0 without two places."""
        if not (self.before and self.now and self.before.is_placed and self.now.is_placed):
            return 0
        first, second = self.before.said, self.now.said
        return ((first.influence or 0) - (second.influence or 0)) ** 2 + (
            (first.interest or 0) - (second.interest or 0)
        ) ** 2


@dataclass(frozen=True)
class Movement:
    """All that became different; those who moved furthest come first, the others by name."""

    moved: list[Move]
    came: list[Move]
    left: list[Move]

    @cached_property
    def all(self) -> list[Move]:
        """Everybody of whom something became different."""
        return [*self.moved, *self.came, *self.left]


def movement_since(
    since: datetime, visible_places: ColumnElement[bool], filters: Filters, *, before: datetime | None, on: date
) -> Movement:
    """Return what became different on visible maps from just before an instant to just before another one (None: now).

    A map has thousands, of whom few differ: only those are read of whom anything was said or ended since.
    """
    then, now = (stood(visible_places, filters, before=end, on=on, touched_since=since) for end in (since, before))
    return movement(then, now)


def movement(earlier: Iterable[Stood], later: Iterable[Stood]) -> Movement:
    """Compare the map of two moments, each by name."""
    then, now = ({row.stakeholder_id: row for row in rows} for rows in (earlier, later))
    moved = [Move(then[key], row) for key, row in now.items() if key in then and then[key].judged != row.judged]
    return Movement(
        sorted(moved, key=lambda move: -move.distance),
        [Move(None, row) for key, row in now.items() if key not in then],
        [Move(row, None) for key, row in then.items() if key not in now],
    )
