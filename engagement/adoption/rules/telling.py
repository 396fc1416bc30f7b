"""What may be told of numbers of people, so that nobody's own use can be read off or worked out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from engagement.words import number_word, percent_of, plural

Group = TypeVar("Group")


@dataclass(frozen=True)
class Told:
    """How many of a group it is, as far as it may be told.

    A group smaller than the floor is not told of. Fewer than the floor who do, or who don't, are told as “fewer than five”:
    “all of them” and “none of them” would say it of each.
    """

    part: int
    whole: int
    floor: int

    @property
    def is_small(self) -> bool:
        """Whether the group is too small to tell anything of."""
        return self.whole < self.floor

    @property
    def is_exact(self) -> bool:
        """Whether the number itself may be told."""
        return self.floor <= self.part <= self.whole - self.floor

    @property
    def exact(self) -> int | None:
        """The number, if it may be told."""
        return self.part if self.is_exact else None

    @property
    def percent(self) -> int | None:
        """The share in whole percent, if it may be told."""
        return percent_of(self.part, self.whole) if self.is_exact else None

    @property
    def number_words(self) -> str:
        """The number, or what may be told of it."""
        if self.is_exact:
            return f"{self.part:,}"
        if self.part < self.floor:
            return f"fewer than {number_word(self.floor)}"
        return f"more than {self.whole - self.floor:,}"

    @property
    def figure(self) -> str | None:
        """The share to stand large, if it may be told."""
        return f"{self.percent} %" if self.is_exact else None

    @property
    def of_words(self) -> str:
        """The number of its whole, to stand beside the share."""
        return f"{self.number_words} of {self.whole:,} people"

    @property
    def words(self) -> str:
        """The share in words: “69 %, 371 of 538”."""
        if not self.whole:
            return "nobody to count"
        if self.is_small:
            return f"not shown: fewer than {number_word(self.floor)} people"
        of = f"{self.number_words} of {self.whole:,}"
        return f"{self.percent} %, {of}" if self.is_exact else of

    @property
    def of_people(self) -> str:
        """The number of its whole: “371 of 538 people”."""
        return f"{self.number_words} of {plural(self.whole, 'person', 'people')}"

    @property
    def drawn(self) -> int:
        """The number to draw: one that may not be told is drawn at its bound."""
        if self.is_exact or self.is_small:
            return self.part if self.is_exact else 0
        return 0 if self.part < self.floor else self.whole - self.floor


def groups_told(cells: Mapping[Group, tuple[int, int]], floor: int) -> dict[Group, Told | None]:
    """Return what may be told of groups without common members, each (part, whole), of which the sum is known; None hides one.

    A group whose number may not be told exactly is hidden. What is hidden together must be a group of which everything
    could be told; so further groups are hidden, from the end of the mapping, whose order must not depend on the numbers.
    """
    found = {group: Told(part, whole, floor) for group, (part, whole) in cells.items()}
    hidden = {group for group, each in found.items() if not each.is_exact}
    for group in reversed(list(cells)):
        if not hidden or _is_safe([found[each] for each in hidden], floor):
            break
        hidden.add(group)
    return {group: None if group in hidden else each for group, each in found.items()}


def _is_safe(hidden: Collection[Told], floor: int) -> bool:
    """Return whether at least two are hidden, nobody's number follows from their sum, and no bound is reached by all."""
    sums = [(sum(each.part for each in hidden)), sum(each.whole - each.part for each in hidden)]
    most = sum(min(each.whole, floor - 1) for each in hidden)
    return len(hidden) >= 2 and all(number >= floor and number != most for number in sums)
