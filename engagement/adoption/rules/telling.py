"""What may be told of numbers of people, so that nobody's own use can be read off or worked out."""

from dataclasses import dataclass
from typing import TypeVar

from engagement.words import number_word, plural

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
        return self.part * 100 // self.whole if self.is_exact else None

    @property
    def number_words(self) -> str:
        """The number, or what may be told of it."""
        if self.is_exact:
            return f"{self.part:,}"
        if self.part < self.floor:
            return f"fewer than {number_word(self.floor)}"
        return f"more than {self.whole - self.floor:,}"

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
