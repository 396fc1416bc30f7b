"""How many are asked and how many have finished."""

from collections.abc import Mapping
from dataclasses import dataclass

from engagement.people.rules import TrainingRole


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


def roles_told(roles: Mapping[TrainingRole, Count], floor: int) -> dict[TrainingRole, Count | None]:
    """Return the counts by role in the order of roles, None for one that fewer than `floor` people have: they could be recognised."""
    return {role: roles[role] if roles[role].assigned >= floor else None for role in TrainingRole if role in roles}
