"""A figure beside the same one of an earlier day: both numbers, or why they cannot be compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engagement.reports.rules.figures import NOT_SHOWN, Figure
from engagement.reports.rules.measures import Unit
from engagement.words import count

#: Measures in which a denominator that differs by more than this share is another population.
POPULATION_DIFFERS = 0.10


@dataclass(frozen=True)
class Change:
    """A figure beside the same one of an earlier day: both numbers, or why they cannot be compared."""

    now: Figure
    before: Figure | None

    @property
    def why_not(self) -> str:
        """Why they cannot be compared; "" if they can."""
        now, before = self.now, self.before
        if before is None:
            return "not counted then"
        if before.value is None:
            return "" if now.value is None else f"{before.missing or NOT_SHOWN} then"
        if now.value is None:
            return f"{before.words} then"
        if now.definition != before.definition:
            return "not comparable: it was counted in another way"
        if now.basis != before.basis:
            return f"not comparable: {_other_basis(now.basis, before.basis)}"
        if now.need != before.need:
            return f"not comparable: {before.need or 0} % were asked for"
        if now.unit != before.unit:
            return f"not comparable: it was in {before.unit}"
        if _differ(now.denominator, before.denominator):
            return f"not comparable: of {count(before.denominator or 0)} then, {before.words}"
        return ""

    @property
    def difference(self) -> float | None:
        """By how much it rose, in its unit or in points; None if it cannot be compared."""
        if self.why_not or self.before is None or self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value

    @property
    def is_silent(self) -> bool:
        """Whether neither report has a number."""
        return self.now.value is None and (self.before is None or self.before.value is None)

    @property
    def difference_words(self) -> str:
        """The change beside both numbers: "+8 points", "the same", "not comparable: …"; "" where one of them is missing."""
        if self.difference is None:
            return self.why_not if self.why_not.startswith("not comparable") else ""
        return self._by if round(self.difference, 1) else "the same"

    @property
    def _by(self) -> str:
        rose = round(self.difference or 0, 1)
        # What is measured may be a percentage in its own words.
        points = " points" if self.now.unit == Unit.PERCENT.word else ""
        return f"{'+' if rose > 0 else '−'}{abs(rose):,g}{points}"

    @property
    def words(self) -> str:
        """The change with the earlier number: "+8 points from 61 %, 329 of 538"; of which day, the report says once.

        "" where the figure was and is missing.
        """
        if self.difference is None or self.before is None:
            return self.why_not
        if not round(self.difference, 1):
            return "unchanged" + (f", {self.before.words} then" if self.now.words != self.before.words else "")
        return f"{self._by} from {self.before.words}"


def _other_basis(now: str, before: str) -> str:
    """Say on what else a figure rested before, or what it did not rest on yet."""
    present, then = now.splitlines(), before.splitlines()
    if not then:
        return "it is not known with what it was counted then"
    if gone := [each for each in then if each not in present]:
        return f"counted with {_some(gone)} then"
    return f"{_some([each for each in present if each not in then])} was not counted then"


def _some(parts: Sequence[str]) -> str:
    """Name the first part, and count the others."""
    return f"{parts[0]} and {len(parts) - 1} more" if len(parts) > 1 else parts[0]


def _differ(now: int | None, before: int | None) -> bool:
    if not now or not before:
        return (now or 0) != (before or 0)
    return abs(now - before) > POPULATION_DIFFERS * max(now, before)


def changes(now: Iterable[Figure], before: Iterable[Figure]) -> list[Change]:
    """Return each figure beside the same one of an earlier day."""
    earlier = {figure.key: figure for figure in before}
    return [Change(figure, earlier.get(figure.key)) for figure in now]
