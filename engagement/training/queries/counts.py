"""How many are asked and how many have finished."""

from dataclasses import dataclass


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
