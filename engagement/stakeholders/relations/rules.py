"""The vocabulary of relations, and pure rules: circles, and how a network is laid out in columns."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from engagement.vocabulary import Worded

#: A picture of more connected stakeholders than these would not be read; it is drawn around one of them.
MOST_DRAWN = 120
#: How many steps around one stakeholder a picture reaches.
STEPS_AROUND = 2
_SWEEPS = 4


class RelationKind(Worded):
    """How one stakeholder stands to another."""

    REPORTS_TO = "reports_to", "Reports to"
    SPONSORS = "sponsors"
    CHAMPIONS = "champions", "Is champion for"
    INFLUENCES = "influences"

    @property
    def inside(self) -> str:
        """The kind inside a sentence."""
        return self.word[0].lower() + self.word[1:]

    @property
    def backwards(self) -> str:
        """The kind as the other one's page says it."""
        return _BACKWARDS[self]


_BACKWARDS = {
    RelationKind.REPORTS_TO: "Has reporting to them",
    RelationKind.SPONSORS: "Sponsored by",
    RelationKind.CHAMPIONS: "Has as champion",
    RelationKind.INFLUENCES: "Influenced by",
}
#: What somebody says by hand; champions are appointed on their wave.
SAID_BY_HAND = (RelationKind.INFLUENCES, RelationKind.SPONSORS, RelationKind.REPORTS_TO)
Pair = tuple[int, int]


def closes_circle(pairs: Iterable[Pair], new: Pair) -> list[int]:
    """Return the way by which a new pair leads back to its own beginning, from its end on; empty if it doesn't."""
    leads: dict[int, list[int]] = defaultdict(list)
    for first, second in pairs:
        leads[first].append(second)
    beginning, end = new
    came_from: dict[int, int | None] = {end: None}
    waiting = deque([end])
    while waiting:
        here = waiting.popleft()
        if here == beginning:
            return _way(came_from, here)
        for there in leads[here]:
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return []


def _way(came_from: Mapping[int, int | None], last: int) -> list[int]:
    way, here = [last], came_from[last]
    while here is not None:
        way.append(here)
        here = came_from[here]
    return way[::-1]


def around(pairs: Sequence[Pair], middle: int, steps: int = STEPS_AROUND) -> set[int]:
    """Return what lies at most so many steps from one, in either direction, itself included."""
    beside: dict[int, set[int]] = defaultdict(set)
    for first, second in pairs:
        beside[first].add(second)
        beside[second].add(first)
    found, edge = {middle}, {middle}
    for _ in range(steps):
        edge = {there for here in edge for there in beside[here]} - found
        found |= edge
    return found


def in_columns(columns: Sequence[Sequence[int]], pairs: Sequence[Pair]) -> list[list[int]]:
    """Return the columns with each member near those it is related to, so that few lines cross.

    A member goes to the mean height of its neighbours, column after column, forth and back; equal ones keep their order.
    """
    beside: dict[int, list[int]] = defaultdict(list)
    for first, second in pairs:
        beside[first].append(second)
        beside[second].append(first)
    found = [list(column) for column in columns]
    height = {key: place / max(1, len(column) - 1) for column in found for place, key in enumerate(column)}
    for sweep in range(_SWEEPS):
        for column in found if sweep % 2 == 0 else reversed(found):
            means = {
                key: _mean([height[other] for other in beside[key] if other in height], height[key]) for key in column
            }
            column.sort(key=lambda key: means[key])
            height |= {key: place / max(1, len(column) - 1) for place, key in enumerate(column)}
    return found


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
