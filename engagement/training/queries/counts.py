"""A count of what is asked and what of it is finished."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """How many are asked, people or modules of one person, and how many of them are finished."""

    assigned: int = 0
    finished: int = 0

    @property
    def share(self) -> float:
        """The share that is finished, from 0 to 1; 0 where nothing is asked."""
        return self.finished / self.assigned if self.assigned else 0.0

    @property
    def unfinished(self) -> int:
        """How many are not finished."""
        return self.assigned - self.finished

    def __add__(self, other: "Count") -> "Count":
        return Count(self.assigned + other.assigned, self.finished + other.finished)
