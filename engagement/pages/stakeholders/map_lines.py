"""The rows of the map's table and lists, with their words, their links and their cells in a file."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from flask import url_for

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.stakeholders.map_asked import MapAsked
from engagement.stakeholders.scopes import doors_to
from engagement.stakeholders.standings.queries.movement import Move
from engagement.stakeholders.standings.queries.placing import Stood
from engagement.stakeholders.standings.queries.telling import Reason, Told, told
from engagement.stakeholders.standings.rules import Level, written

NO_NUMBERS: Mapping[int, int] = MappingProxyType({})
NOT_JUDGED, NOT_SAID, NOT_KEPT = "not judged", "not said", "not kept"
HEADER = (
    "number",
    "stakeholder",
    "kind",
    "stakeholder_group",
    "power",
    "interest",
    "quadrant",
    "engagement_now",
    "engagement_wanted",
    "gap",
    "gap_times_power",
    "looked_after_by",
    "as_of",
)
HEADER_BEFORE = ("power_before", "interest_before", "engagement_before", "compared_with")


@dataclass(frozen=True)
class MapLine:
    """Somebody on the map as a row: `url` leads to their page, `form_url` to the form that moves them, "" where it doesn't."""

    number: int | None
    row: Stood
    told: Told
    url: str
    form_url: str

    @property
    def name(self) -> str:
        """Who it is, in full."""
        return self.told.title

    @property
    def power(self) -> str:
        """Their power in words."""
        return NOT_JUDGED if self.row.influence is None else written(self.row.influence)

    @property
    def interest(self) -> str:
        """Their interest in words."""
        return NOT_JUDGED if self.row.interest is None else written(self.row.interest)

    @property
    def quadrant(self) -> str:
        """How to treat them."""
        return self.row.quadrant.word if self.row.quadrant else "not placed yet"

    @property
    def stance(self) -> str:
        """How engaged they are."""
        return self._level(self.row.level_now)

    @property
    def wanted(self) -> str:
        """How engaged we need them."""
        return self._level(self.row.level_wanted)

    def _level(self, level: Level | None) -> str:
        if not self.row.is_labelled:
            return NOT_KEPT
        return level.word if level else NOT_SAID

    @property
    def is_against(self) -> bool:
        """Whether they are against it, as far as it is told."""
        return self.row.level_now is Level.RESISTANT

    @property
    def urgency(self) -> str:
        """Gap times power in words."""
        return "" if self.row.urgency is None else written(self.row.urgency)


@dataclass(frozen=True)
class MoveLine:
    """Somebody of whom something became different: `words` of those judged anew, and `said`, why, if it may be told."""

    move: Move
    told: Told
    url: str
    words: str
    said: Reason | None


@dataclass(frozen=True)
class Links:
    """Who somebody is and where their links lead."""

    people: dict[int, Told]
    doors: dict[int, bool]
    base: str
    query: str
    is_present: bool

    def url(self, key: int) -> str:
        """Return the address of a stakeholder's page, "" if the reader can't open it."""
        return f"{self.base}/{key}" if key in self.doors else ""

    def form_url(self, key: int) -> str:
        """Return the address of the form that moves somebody, "" for what is past or not the reader's to move."""
        return f"{self.base}/{key}/standing{self.query}" if self.is_present and self.doors.get(key) else ""


def links_for(found: MapAsked, ids: Collection[int], *, comes_back_to: str = "map") -> Links:
    """Look up these stakeholders, in two statements."""
    # Without a stakeholder the address has no query of its own, so it is made once.
    query = url_for("stakeholders.index", **{"from": comes_back_to, **found.kept}).partition("?")[2]
    return Links(
        told(ids, before=found.before),
        doors_to(ids, found.maps, rights.planning(guard.reader())),
        url_for("stakeholders.index"),
        f"?{query}",
        found.on is None,
    )


def lines_of(rows: Iterable[Stood], links: Links, numbers: Mapping[int, int] = NO_NUMBERS) -> list[MapLine]:
    """Return these stakeholders as rows, in their order, with their numbers on the map."""
    return [_line_of(row, links, numbers.get(row.stakeholder_id)) for row in rows]


def _line_of(row: Stood, links: Links, number: int | None) -> MapLine:
    key = row.stakeholder_id
    return MapLine(number, row, links.people[key], links.url(key), links.form_url(key))


def file_row(found: MapAsked, line: MapLine, on: date, then: Stood | None) -> tuple[Any, ...]:
    """Return a row of the file; if days are compared, with where they stood `then`, if they were on the map."""
    row, told = line.row, line.told
    cells = (
        line.number,
        line.name,
        told.kind.word,
        told.group.word,
        _figure(row.influence),
        _figure(row.interest),
        row.quadrant.word if row.quadrant else "",
        row.level_now.word if row.level_now else "",
        row.level_wanted.word if row.level_wanted else "",
        row.gap,
        _figure(row.urgency),
        told.owner.name if told.owner else "",
        on,
    )
    if found.since is None:
        return cells
    if then is None:
        return (*cells, None, None, "", found.since)
    level = then.level_now.word if then.level_now else ""
    return (*cells, _figure(then.influence), _figure(then.interest), level, found.since)


def _figure(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10
