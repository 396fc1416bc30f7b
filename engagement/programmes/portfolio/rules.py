"""How a workflow's class follows from its value, complexity and risk, and other pure rules of the portfolio."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engagement.programmes.rules import PortfolioClass
from engagement.vocabulary import Worded
from engagement.words import listed, plural

LONGEST_CHANGES = 2_000
LEAST, MOST = 1, 5
#: From here on value, complexity and risk count as high.
HIGH = 4
#: What each end of the scales means, for who judges.
SCALES = {
    "value": ("hardly anybody would miss it", "it changes what the organisation can do"),
    "complexity": ("one team, one system, few exceptions", "many teams and systems, and every case is different"),
    "risk": ("an error is seen and put right at once", "an error harms somebody, or can’t be put right"),
}


@dataclass(frozen=True)
class Ratings:
    """What was judged of a workflow, from 1 to 5 each; None for what is not known yet."""

    value: int | None = None
    complexity: int | None = None
    risk: int | None = None

    @property
    def is_placed(self) -> bool:
        """Whether it has a place on the grid of value and complexity."""
        return self.value is not None and self.complexity is not None


@dataclass(frozen=True)
class Proposal:
    """The class that follows from ratings, None while they say too little, and why in a sentence."""

    portfolio_class: PortfolioClass | None
    why: str


def proposal_for(rated: Ratings) -> Proposal:
    """Return the class that follows from value, complexity and risk.

    This is the one definition: high value is a quick win if complexity and risk are low, else a strategic bet. Lower value is
    an optimisation play if it is simple, else a complex challenge, and so is what is complex and of unknown value.
    """
    value, hard = rated.value, is_hard(rated)
    if value is None and hard:
        return Proposal(PortfolioClass.COMPLEX_CHALLENGE, "It is complex or risky, and its value isn’t known yet.")
    if value is None or hard is None:
        missing = [name for name in ("value", "complexity", "risk") if getattr(rated, name) is None]
        are = "is" if len(missing) == 1 else "are"
        return Proposal(None, f"Its {listed(missing)} {are}n’t known yet, so no class follows.")
    if value >= HIGH:
        if hard:
            return Proposal(PortfolioClass.STRATEGIC_BET, f"Its value is high, and its {_what_is_high(rated)} too.")
        return Proposal(PortfolioClass.QUICK_WIN, "Its value is high, its complexity and risk are not.")
    if hard:
        return Proposal(
            PortfolioClass.COMPLEX_CHALLENGE,
            f"Its value is not high, but its {_what_is_high(rated)}: investigate first.",
        )
    return Proposal(PortfolioClass.OPTIMISATION_PLAY, "Its value, complexity and risk are not high.")


def is_hard(rated: Ratings) -> bool | None:
    """Return whether complexity or risk is high; None if neither is known to be, and one isn't known."""
    known = [rating for rating in (rated.complexity, rated.risk) if rating is not None]
    if any(rating >= HIGH for rating in known):
        return True
    return False if len(known) == 2 else None


def _what_is_high(rated: Ratings) -> str:
    high = [name for name in ("complexity", "risk") if (getattr(rated, name) or 0) >= HIGH]
    return f"{listed(high)} {'is' if len(high) == 1 else 'are'}"


class RiskBand(Worded):
    """How risky a workflow is, as the grid draws it: by shape, so that it needs no colour."""

    LOW = "low", "Low risk (1 or 2)"
    MIDDLE = "middle", "Some risk (3)"
    HIGH = "high", "High risk (4 or 5)"
    UNKNOWN = "unknown", "Risk not known yet"

    @classmethod
    def of(cls, risk: int | None) -> "RiskBand":
        """Return the band of a rating."""
        if risk is None:
            return cls.UNKNOWN
        return cls.HIGH if risk >= HIGH else cls.MIDDLE if risk == HIGH - 1 else cls.LOW


#: How many of each class there are, the largest first.
Mix = Sequence[tuple[PortfolioClass, int]]


def mix_of(classes: Iterable[PortfolioClass]) -> Mix:
    """Return how many workflows of each class there are, the most frequent first; classes without any are left out."""
    counted = Counter(classes)
    order = list(PortfolioClass)
    return sorted(counted.items(), key=lambda each: (-each[1], order.index(each[0])))


def mix_words(mix: Mix) -> str:
    """Say a mix: "2 quick wins and 1 strategic bet"; "" for nothing."""
    return listed(plural(number, each.word.lower(), each.many) for each, number in mix)
