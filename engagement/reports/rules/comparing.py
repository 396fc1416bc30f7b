"""A figure beside the same one of an earlier day: both numbers, or why they cannot be compared."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from engagement.reports.rules.figures import NOT_SHOWN, WENT_LIVE, Figure
from engagement.reports.rules.measures import Measure, Unit
from engagement.words import count, short_day_words

#: Measures in which a denominator that differs by more than this share is another population.
POPULATION_DIFFERS = 0.10
#: Measures that rest on the modules which each training role has to finish.
_OF_MODULES = (Measure.TRAINED, Measure.TRAINED_FORECAST)
#: Measures of which older reports don't say what they rest on.
_UNSAID_BEFORE = (*_OF_MODULES, Measure.USED)
NOT_SHOWN_THEN = f"{NOT_SHOWN} then"


@dataclass(frozen=True)
class Change:
    """A figure beside the same one of an earlier day: both numbers, or why they cannot be compared.

    `then_on` is the day of the earlier number, None where that is the day of its report.
    """

    now: Figure
    before: Figure | None
    then_on: date | None = None

    @property
    def why_not(self) -> str:
        """Why they cannot be compared; "" if they can."""
        now, before = self.now, self.before
        if now.value is None and (before is None or now.missing == WENT_LIVE):
            return ""
        if before is None:
            return "not counted then"
        if before.value is None:
            return "" if now.value is None else f"{before.missing or NOT_SHOWN} then"
        if now.value is None:
            return f"{before.words} {self._then}"
        if now.definition != before.definition:
            return "not comparable: it was counted in another way"
        if other := _other_basis(now, before):
            return f"not comparable: {other}"
        if now.need != before.need:
            return f"not comparable: {before.need or 0} % were asked for"
        if now.unit != before.unit:
            return f"not comparable: it was in {before.unit}"
        if _differ(now.denominator, before.denominator):
            return f"not comparable: of {count(before.denominator or 0)} {self._then}, {before.words}"
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
        return self._by if self._rose else "the same"

    @property
    def _digits(self) -> int:
        """How many decimals are told: of a share a tenth of a point; what is measured is kept in thousandths."""
        return 1 if self.now.measure.unit is Unit.PERCENT else 3

    @property
    def _rose(self) -> float:
        return round(self.difference or 0, self._digits)

    @property
    def _by(self) -> str:
        # What is measured may be a percentage in its own words.
        points = " points" if self.now.unit == Unit.PERCENT.word else ""
        number = f"{abs(self._rose):,.{self._digits}f}".rstrip("0").rstrip(".")
        return f"{'+' if self._rose > 0 else '−'}{number}{points}"

    @property
    def _then(self) -> str:
        """When the earlier number was counted, in words: its own day, or that of its report."""
        if self.then_on is None:
            return "then"
        is_same_year = self.now.as_of is not None and self.now.as_of.year == self.then_on.year
        return f"on {short_day_words(self.then_on, with_year=not is_same_year)}"

    @property
    def words(self) -> str:
        """The change with the earlier number: "+8 points from 61 %, 329 of 538"; of which day, the report says once, or the number.

        "" where the figure was and is missing.
        """
        if self.difference is None or self.before is None:
            return self.why_not
        if not self._rose:
            since = f" since {self._then.removeprefix('on ')}" if self.then_on else ""
            return f"unchanged{since}" + (f", {self.before.words} then" if self.now.words != self.before.words else "")
        return f"{self._by} from {self.before.words}" + (f" {self._then}" if self.then_on else "")


def _other_basis(now: Figure, before: Figure) -> str:
    """Say on what else a figure rested before, or what it did not rest on yet; "" if that is the same."""
    present, then = now.basis.splitlines(), before.basis.splitlines()
    if not then and (present or now.measure in _UNSAID_BEFORE):
        return "it is not known with what it was counted then"
    if now.measure in _OF_MODULES:
        present, then = _of_roles_in(then, present), _of_roles_in(present, then)
    return _other_parts(present, then)


def _of_roles_in(others: Sequence[str], modules: Sequence[str]) -> list[str]:
    """Return the modules of training roles that others are of too: that a role has come or gone is people's doing, not the curriculum's.

    Each names its role in brackets at its end (see `modules_asked`).
    """
    roles = {module.rpartition(" (")[2] for module in others}
    return [module for module in modules if module.rpartition(" (")[2] in roles]


def _other_parts(now: Iterable[str], before: Iterable[str]) -> str:
    # The same words can stand there twice: two criteria may have one title.
    present, then = Counter(now), Counter(before)
    if gone := then - present:
        return f"counted with {_some(list(gone.elements()))} then"
    new = present - then
    return f"{_some(list(new.elements()))} was not counted then" if new else ""


def _some(parts: Sequence[str]) -> str:
    """Name the first part, and count the others."""
    return f"{parts[0]} and {len(parts) - 1} more" if len(parts) > 1 else parts[0]


def _differ(now: int | None, before: int | None) -> bool:
    if not now or not before:
        return (now or 0) != (before or 0)
    return abs(now - before) > POPULATION_DIFFERS * max(now, before)


def changes(now: Iterable[Figure], before: Iterable[Figure], days: Collection[date] = ()) -> list[Change]:
    """Return each figure beside the same one of an earlier day; with `days` of the earlier report, those of other days say theirs."""
    earlier = {figure.key: figure for figure in before}
    found = ((figure, earlier.get(figure.key)) for figure in now)
    return [Change(figure, then, then.own_day(days) if then and days else None) for figure, then in found]
