"""When a wave asks something of its people, and when two waves do so at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Asking:
    """The days on which a wave asks something of its people: from its first milestone to the end of its quiet period."""

    wave_id: int
    begins_on: date
    ends_on: date


@dataclass(frozen=True)
class Overlap:
    """Two waves that ask something of the same people, so many of them, from one day to another."""

    first_id: int
    second_id: int
    people: int
    begins_on: date
    ends_on: date

    def other(self, wave_id: int) -> int:
        """Return the wave that is not this one."""
        return self.second_id if wave_id == self.first_id else self.first_id


def overlaps(asking: Sequence[Asking], shared: Mapping[tuple[int, int], int]) -> list[Overlap]:
    """Return the overlaps by their first day; `shared` is how many people two waves have in common, the smaller id first."""
    spans = {each.wave_id: each for each in asking}
    found = []
    for (first, second), people in shared.items():
        if first not in spans or second not in spans or not people:
            continue
        begins_on = max(spans[first].begins_on, spans[second].begins_on)
        ends_on = min(spans[first].ends_on, spans[second].ends_on)
        if begins_on <= ends_on:
            found.append(Overlap(first, second, people, begins_on, ends_on))
    return sorted(found, key=lambda each: (each.begins_on, each.first_id, each.second_id))
