"""Ranks departments by how willing they are, and finds where waves are planned the other way round. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from engagement.stakeholders.standings.rules import Level

#: From the most willing on. Who does not know of a change yet may still come to want it.
ORDER = (Level.LEADING, Level.SUPPORTIVE, Level.NEUTRAL, Level.UNAWARE, Level.RESISTANT)


@dataclass(frozen=True)
class Planned:
    """The first wave that a department comes in, and its go-live."""

    title: str
    go_live_on: date


@dataclass(frozen=True)
class Willing:
    """What is known of a department's willingness: its level as a group (None: nobody has said), when, and its first wave."""

    department_id: int
    name: str
    level: Level | None
    said_on: date | None = None
    planned: Planned | None = None

    @property
    def is_known(self) -> bool:
        return self.level is not None

    @property
    def place(self) -> int:
        """Its place in the order of levels, from 0; the unknown come last."""
        return ORDER.index(self.level) if self.level is not None else len(ORDER)


def ranked(departments: Iterable[Willing]) -> list[Willing]:
    """Return the departments in the order in which they should come: the most willing first, the unknown last."""
    return sorted(departments, key=lambda one: (one.place, one.name.casefold()))


@dataclass(frozen=True)
class Reversed:
    """Two departments of which the less willing one goes live first."""

    early: Willing
    late: Willing


def reversals(departments: Sequence[Willing]) -> list[Reversed]:
    """Return, for each planned department, the most willing one that waits behind it although it is more willing."""
    known = [(one, one.planned) for one in departments if one.is_known and one.planned is not None]
    found = []
    for early, begins in known:
        behind = [late for late, waits in known if late.place < early.place and waits.go_live_on > begins.go_live_on]
        if behind:
            found.append(Reversed(early, min(behind, key=lambda one: one.place)))
    return found
