"""What an address asks of the power/interest map: filters, days, and the order of the table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from engagement.days.local_time import instant_of
from engagement.pages.frame.formats import day, reader_zone, today
from engagement.pages.parts.forms import day_or_none
from engagement.pages.parts.lists import Asked, Page
from engagement.pages.stakeholders.spots import MANY, Dot, Group, dot_of, groups_of
from engagement.reach import Reach
from engagement.stakeholders.filters.queries import maps_with_stakeholders, owners_within
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.queries.placing import Stood
from engagement.stakeholders.standings.queries.reading import ORDERS, MapAt, Square
from engagement.stakeholders.standings.rules import CELLS, MOST
from engagement.waves.models import Wave

#: What the address of the map keeps when somebody was moved and the reader comes back.
KEPT = ("q", "programme", "wave", "group", "owner")


@dataclass
class MapAsked:
    """The map that an address asks for. `on` None is the present day; `problems` say what could not be followed."""

    maps: Reach
    asked: Asked
    filters: Filters
    on: date | None
    since: date | None
    cell: int | None
    problems: list[str]
    waves: Sequence[Wave]
    """Those whose map anybody is on, whatever the filters say."""

    @property
    def before(self) -> datetime | None:
        """The instant at which the day that is shown was over, None for the present."""
        return day_over(self.on) if self.on else None

    @property
    def narrowed(self) -> list[str]:
        """By what the map is narrowed, in words, for paper and for the picture, which show no form."""
        return [
            f"{question.label}: {dict(question.choices).get(question.value, question.value)}"
            for question in self.asked.questions
            if question.value and question.kind != "day"
        ]

    @property
    def kept(self) -> dict[str, Any]:
        """The filters that the addresses of forms carry, so that the reader comes back to the same map."""
        return {name: value for name, value in self.asked.narrowed_by.items() if name in KEPT}

    @cached_property
    def at(self) -> MapAt:
        """The map to read."""
        return MapAt(self.maps, self.filters, self.before, today())

    @cached_property
    def at_then(self) -> MapAt | None:
        """The map of the earlier day, None if there is none to compare with."""
        return MapAt(self.maps, self.filters, day_over(self.since), today()) if self.since else None

    @cached_property
    def squares(self) -> list[Square]:
        """How many stand in each square, and without a place."""
        return self.at.squares()

    @property
    def total(self) -> int:
        """How many are on the map."""
        return sum(square.number for square in self.squares)

    @property
    def placed_total(self) -> int:
        """How many of them have a place."""
        return sum(square.number for square in self.squares if square.cell is not None)

    @cached_property
    def groups(self) -> list[Group]:
        """Those with a place by square; of a large map only who is alone in a square as a dot."""
        if self.placed_total <= MANY:
            return groups_of(self._dots(None))
        alone = {square.stakeholder_id for square in self.squares if square.number == 1 and square.cell is not None}
        dots = {dot.cell: dot for dot in self._dots(alone)} if alone else {}
        return [
            Group(square.cell, square.number, square.against, [dots[square.cell]] if square.number == 1 else [])
            for square in self.squares
            if square.cell is not None
        ]

    def _dots(self, ids: Collection[int] | None) -> list[Dot]:
        """Return the dots of all who have a place, or of these, with the numbers that they have on the map."""
        return [
            dot_of(number, row.stakeholder_id, row.influence or 0, row.interest or 0, row.now or "")
            for number, row in enumerate(self.at.placed(ids), 1)
        ]

    @property
    def numbers(self) -> dict[int, int]:
        """The numbers of those who have a dot on the map."""
        return {dot.stakeholder_id: dot.number for group in self.groups for dot in group.dots}

    @cached_property
    def order(self) -> str:
        """In which order the table is asked for."""
        return self.asked.order(*ORDERS, usual="number")

    def page(self) -> tuple[list[Stood], Page]:
        """Return the part of the table that is asked for, and the page."""
        in_cell = sum(square.number for square in self.squares if square.cell == self.cell)
        order, page = self.order, self.asked.page(self.total if self.cell is None else in_cell)
        least = self._least_power(page.last_shown) if order == "number" and self.cell is None else 0
        return self.at.listed(order, self.cell, limit=page.size, offset=page.offset, least_power=least), page

    def _least_power(self, number: int) -> int:
        """Return a power that everybody up to a number has, in tenths: the squares say how many have at least as much."""
        found = 0
        for square in sorted(self.squares, key=lambda square: -(square.cell or 0)):
            found += square.number if square.cell is not None else 0
            if square.cell is not None and found >= number:
                return square.cell // CELLS * (MOST // CELLS)
        return 0


def day_over(on: date) -> datetime:
    """Return the instant at which a day ends for the reader."""
    return instant_of(on + timedelta(days=1), time(), reader_zone())


def map_asked(maps: Reach, *, compares: bool = True) -> MapAsked:
    """Read the address, and who is on the map that it asks for; without `compares` there is no earlier day to ask for."""
    given = MultiDict(request.args)
    on, since, problems = _days(given)
    asked = Asked(given)
    programmes, waves = maps_with_stakeholders(maps)
    owners = owners_within(maps)
    filters = Filters(
        words=asked.words("q", "Name or role"),
        programme_id=asked.row("programme", "Programme", ((row.id, row.name) for row in programmes)),
        wave_id=asked.row("wave", "Wave", ((row.id, row.title) for row in waves)),
        group=asked.word_of(StakeholderGroup, "group", "Group"),
        owner_id=asked.row("owner", "Looked after by", ((row.id, row.name) for row in owners), "Anybody"),
    )
    asked.day("on", "As it stood on", most=today())
    if compares:
        asked.day("since", "With the way since", most=today())
    cell = asked.row("near", known=range(CELLS * CELLS))
    return MapAsked(maps, asked, filters, on, since, cell, problems, waves)


def _days(given: MultiDict[str, str]) -> tuple[date | None, date | None, list[str]]:
    """Return the days that the address asks for, and what is wrong with them; what can't be followed is taken out of it."""
    problems: list[str] = []
    on, since = (_day(given, name, problems) for name in ("on", "since"))
    if since and since >= (on or today()):
        given.pop("since")
        problems.append(
            f"Nothing moved between {day(since)} and {day(on or today())}. Choose an earlier day to compare with."
        )
        since = None
    if on == today():
        given.pop("on")
        on = None
    return on, since, problems


def _day(given: MultiDict[str, str], name: str, problems: list[str]) -> date | None:
    typed = given.get(name, "").strip()
    if not typed:
        return None
    found = day_or_none(typed)
    if found is not None and found <= today():
        return found
    given.pop(name)
    said = f"{day(found)} is still to come." if found else f"“{typed[:20]}” is no day."
    shown = "This is the map as it stands now." if name == "on" else "No earlier day is compared."
    problems.append(f"{said} {shown}")
    return None
