"""Which months are counted together, and what may be told of a part: pure functions over plain values."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from engagement.resistance.figures.rules import hide_small

#: Months are joined until concerns of this many times the floor came in, so that something can be shown of them.
TIMES_FLOOR = 4
#: What a concern belongs to that names no wave, or no department.
NONE_NAMED = "none"


class Dimension(StrEnum):
    """By what the concerns of a span are told apart."""

    WAVE = "wave"
    DEPARTMENT = "department"


class Standing(StrEnum):
    """How a concern of a span stood at its end."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Cell:
    """How many concerns a group has, of how many people."""

    number: int = 0
    people: int = 0


Tables = Mapping[Dimension, Mapping[str, Cell]]


def shown_tables(tables: Tables, floor: int) -> dict[Dimension, dict[str, int | None]]:
    """Return the sizes that may be shown of concerns that were told apart in several ways.

    Whoever reads one table can know the total of all of them, so each is made safe against it; where one can't be, none
    is shown.
    """
    shown = {}
    for dimension, cells in tables.items():
        numbers = {group: cell.number for group, cell in cells.items()}
        people = {group: cell.people for group, cell in cells.items()}
        shown[dimension] = hide_small(numbers, floor, people)
    if any(each.total is None for each in shown.values()):
        return {dimension: dict.fromkeys(cells, None) for dimension, cells in tables.items()}
    return {dimension: dict(each.groups) for dimension, each in shown.items()}


@dataclass(frozen=True)
class Told:
    """How many of a whole something holds for; `number` is None where it is nearly all of them, or hardly any."""

    of: int
    number: int | None
    is_most: bool = False

    @classmethod
    def read(cls, written: Mapping[str, Any] | None) -> "Told | None":
        """Return what `written` holds, as `vars` wrote it."""
        return cls(**written) if written else None


def told(yes: Cell, no: Cell, floor: int) -> Told | None:
    """Return how many of both something holds for, if both are of at least `floor` people.

    All or none is never told exactly: then everybody could be told of each of them. None if all together are too few.
    """
    of = yes.number + no.number
    if yes.people + no.people < floor or max(yes.people, no.people) < floor:
        return None
    if yes.people >= floor and no.people >= floor:
        return Told(of, yes.number)
    return Told(of, None, is_most=yes.people >= floor)


def cell_of(people: list[Hashable]) -> Cell:
    """Return the cell of things that these said, one each."""
    return Cell(len(people), len(set(people)))


def end_of(day: date) -> date:
    """Return the last day of a day's month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def ends_between(first: date, last: date) -> list[date]:
    """Return the last days of the months that begin on or after the month of `first` and are over at the end of `last`."""
    ends, end = [], end_of(first)
    while end <= last:
        ends.append(end)
        end = end_of(end + timedelta(days=1))
    return ends
