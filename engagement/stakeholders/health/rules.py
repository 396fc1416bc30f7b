"""The formula of the figure, pure and in whole tenths from 0 to 100.

Three parts, each from 0 to 10, of which those that can be told are averaged by weight:

- contact (weight 4): 10 while the contact is in time, less by the share of a rhythm that it is late, 0 from two rhythms late on;
- promises (weight 3): the share kept, of those that were due in the last 180 days; one past its day counts as not kept, one no
  longer wanted not at all;
- how they spoke (weight 3): the mean of the newest three talks of the last 180 days that say so: in favour 10, undecided 5,
  against 0. It is left out where an attitude must not be stored.

With fewer than two parts there is too little to go on, and no figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engagement.stakeholders.interactions.rules import Sentiment

LOOKS_BACK_DAYS = 180
MOST_TALKS = 3
FEWEST_PARTS = 2
LONGEST_REASON = 1_000
_SPOKE = {Sentiment.FAVOURABLE: 100, Sentiment.MIXED: 50, Sentiment.CRITICAL: 0}


@dataclass(frozen=True)
class Part:
    """One part of the figure: its name, what it is made of in words, its value in tenths (None: not known), its weight."""

    name: str
    words: str
    tenths: int | None
    weight: int


def contact_tenths(days_late: int, every_days: int) -> int:
    """Return the part for a contact that is so many days late of a rhythm."""
    return max(0, 100 - round(100 * days_late / (2 * every_days)))


def promise_tenths(kept: int, due: int) -> int | None:
    """Return the part for promises kept of those that were due, None if none was."""
    return round(100 * kept / due) if due else None


def spoken_tenths(spoke: Sequence[Sentiment]) -> int | None:
    """Return the part for how they spoke, newest first; None if nothing says so."""
    newest = [_SPOKE[each] for each in spoke[:MOST_TALKS]]
    return round(sum(newest) / len(newest)) if newest else None


def figure_of(parts: Sequence[Part]) -> int | None:
    """Return the figure in tenths, None if there is too little to go on."""
    told = [(part.tenths, part.weight) for part in parts if part.tenths is not None]
    if len(told) < FEWEST_PARTS:
        return None
    return round(sum(tenths * weight for tenths, weight in told) / sum(weight for _, weight in told))
