"""How many are asked and how many have finished."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

#: What tells parts from one another, such as a training role.
Key = TypeVar("Key")


@dataclass(frozen=True)
class Count:
    """How many people, or modules of one person, are asked, and how many of them are finished."""

    assigned: int = 0
    finished: int = 0

    @property
    def share(self) -> float:
        """The finished share, from 0 to 1; 0 when nothing is asked."""
        return self.finished / self.assigned if self.assigned else 0.0

    @property
    def unfinished(self) -> int:
        return self.assigned - self.finished

    def __add__(self, other: "Count") -> "Count":
        return Count(self.assigned + other.assigned, self.finished + other.finished)


def parts_told(parts: Mapping[Key, Count], everybody: int, floor: int) -> dict[Key, Count | None]:
    """Return the counts of parts of those who are asked, None for one that is told to nobody who may not read the people.

    These are parts of fewer than `floor` people, who could be recognised. Beside the count of `everybody` they must not be
    worked out either: larger parts are left out, the smallest first, until those in no part that is told are `floor` or more.
    """
    by_size = sorted((part for part in parts if parts[part].assigned), key=lambda part: parts[part].assigned)
    told = [part for part in by_size if parts[part].assigned >= floor]
    while told and len(told) < len(by_size) and everybody - sum(parts[part].assigned for part in told) < floor:
        del told[0]
    return {part: count if part in told or not count.assigned else None for part, count in parts.items()}
