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
    """Return the counts by role in the order of roles, None for one that fewer than `floor` people have: they could be recognised.

    Beside the count of everybody those that are not told must not be worked out either: they are of `floor` people or more together.
    """
    by_size = sorted(roles, key=lambda role: roles[role].assigned)
    hidden = {role for role in by_size if roles[role].assigned < floor}
    while 0 < sum(roles[role].assigned for role in hidden) < floor and len(hidden) < len(by_size):
        hidden.add(by_size[len(hidden)])
    return {role: None if role in hidden else roles[role] for role in TrainingRole if role in roles}
