"""What an address asks of the power/interest map: filters, days, and the order of the table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from engagement.days.local_time import instant_of
from engagement.pages.frame.formats import day, reader_zone, today
from engagement.pages.parts.forms import day_or_none
from engagement.pages.parts.lists import Asked
from engagement.pages.stakeholders.spots import CELLS, Dot, dot_of
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import mapped_within, places_within
from engagement.stakeholders.standings.queries.placing import Stood, stood
from engagement.stakeholders.standings.rules import MOST, Quadrant
from engagement.waves.scopes import waves_within

COLUMNS = ("number", "name", "power", "interest", "quadrant", "stance", "gap", "urgency", "owner")
#: What the address of the map keeps when somebody was moved and the reader comes back.
KEPT = ("q", "programme", "wave", "group", "owner")
_Key = Callable[[Stood], Any]


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
    owner_ids: list[int]

    @cached_property
    def rows(self) -> list[Stood]:
        """Everybody whom the filters leave, by name."""
        return self.stood_at(self.before)

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

    def stood_at(self, before: datetime | None) -> list[Stood]:
        """Return who stood on the map just before an instant, with the same filters."""
        return stood(places_within(self.maps), self.filters, before=before, on=today())

    @cached_property
    def placed(self) -> list[Stood]:
        """Everybody who has a place, in the order of their numbers."""
        return sorted((row for row in self.rows if row.is_placed), key=_by_power)

    @cached_property
    def dots(self) -> list[Dot]:
        """Everybody who has a place, as dots."""
        return [
            dot_of(number, row.stakeholder_id, row.influence or 0, row.interest or 0, row.now or "")
            for number, row in enumerate(self.placed, 1)
        ]

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The number of each dot by stakeholder."""
        return {dot.stakeholder_id: dot.number for dot in self.dots}

    def listed(self) -> list[Stood]:
        """Return the rows of the table in the order asked for; who lacks what it is ordered by comes last."""
        order = self.asked.order(*COLUMNS, usual="number")
        if order == "number" and self.cell is None:
            return [*self.placed, *(row for row in self.rows if not row.is_placed)]
        rows = self.rows
        if self.cell is not None:
            near = {dot.stakeholder_id for dot in self.dots if dot.cell == self.cell}
            rows = [row for row in rows if row.stakeholder_id in near]
        key = self._keys()[order.removeprefix("-")]
        valued = [(key(row), row) for row in rows]
        known = sorted(
            (each for each in valued if each[0] is not None), key=itemgetter(0), reverse=order.startswith("-")
        )
        return [*(row for _, row in known), *(row for value, row in valued if value is None)]

    def _keys(self) -> dict[str, _Key]:
        owners = {key: n for n, key in enumerate(self.owner_ids)}
        quadrants = {quadrant: n for n, quadrant in enumerate(Quadrant)}
        name = count()
        numbers = self.numbers
        return {
            "number": lambda row: numbers.get(row.stakeholder_id),
            "name": lambda _row: next(name),
            "power": lambda row: row.influence,
            "interest": lambda row: row.interest,
            "quadrant": lambda row: quadrants[row.quadrant] if row.quadrant else None,
            "stance": lambda row: row.level_now.step if row.level_now else None,
            "gap": lambda row: row.gap,
            "urgency": lambda row: row.urgency,
            "owner": lambda row: owners.get(row.owner_id) if row.owner_id else None,
        }


def day_over(on: date) -> datetime:
    """Return the instant at which a day ends for the reader."""
    return instant_of(on + timedelta(days=1), time(), reader_zone())


def map_asked(maps: Reach, *, compares: bool = True) -> MapAsked:
    """Read the address, and who is on the map that it asks for; without `compares` there is no earlier day to ask for."""
    given = MultiDict(request.args)
    on, since, problems = _days(given)
    asked = Asked(given)
    programmes, waves = queries.maps_with_stakeholders(places_within(maps), waves_within(maps))
    owners = queries.owners(mapped_within(maps))
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
    return MapAsked(maps, asked, filters, on, since, cell, problems, [row.id for row in owners])


def _by_power(row: Stood) -> int:
    """Return the place of a row in the order of numbers: by power, then by interest, the highest first."""
    return -(row.influence or 0) * (MOST + 1) - (row.interest or 0)


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
