"""What may be told of numbers of people, so that nobody's own use can be read off or worked out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from engagement.words import number_word, percent_of, plural

Group = TypeVar("Group")


@dataclass(frozen=True)
class Told:
    """How many of a group it is, as far as it may be told.

    A group of the floor or fewer is not told of. Fewer than the floor who do, or who don't, are told as “fewer than five”:
    “all of them” and “none of them” would say it of each. `within` is the number of a smaller group, told beside it, in which all
    of `part` are: then those of it who don't are as many as the floor too, or the number is a bound. With 0 it is hidden.
    """

    part: int
    whole: int
    floor: int
    within: int | None = None

    @property
    def around(self) -> int:
        return self.whole if self.within is None else self.within

    @property
    def is_small(self) -> bool:
        """Whether the group is too small to tell anything of: of five people, “more than none” would be all of them."""
        return self.whole <= self.floor or (self.within is not None and self.within < 2 * self.floor)

    @property
    def is_exact(self) -> bool:
        """Whether the number itself may be told."""
        return self.floor <= self.part <= self.around - self.floor

    @property
    def most(self) -> int:
        """The largest number that it can be, by what is told."""
        if self.is_exact or self.is_small:
            return self.part if self.is_exact else self.whole
        return self.floor - 1 if self.part < self.floor else self.around

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
        if self.is_small:
            return "not shown"
        if self.part < self.floor:
            return f"fewer than {number_word(self.floor)}"
        return f"more than {self.around - self.floor:,}"

    @property
    def figure(self) -> str | None:
        """The share to stand large, if it may be told."""
        return f"{self.percent} %" if self.is_exact else None

    @property
    def of_words(self) -> str:
        """The number of its whole, to stand beside the share."""
        return "not shown" if self.is_small else f"{self.number_words} of {self.whole:,} people"

    @property
    def words(self) -> str:
        """The share in words: “69 %, 371 of 538”."""
        if not self.whole:
            return "nobody to count"
        if self.is_small:
            return "not shown" if self.whole > self.floor else f"not shown: {number_word(self.floor)} people or fewer"
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
        return 0 if self.part < self.floor else self.around - self.floor


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
    # A group that is hidden whatever its number is can have every one.
    most = sum(each.whole if each.whole < 2 * floor else floor - 1 for each in hidden)
    return len(hidden) >= 2 and all(number >= floor and number != most for number in sums)
