"""Intervals around shares, and around the difference of two: how far chance alone may have moved them.

For one share that of Wilson (J. Am. Stat. Assoc. 22, 1927, 209–212); for a difference that of Newcombe, made from both
(Statistics in Medicine 17, 1998, 873–890, method 10). Both hold for small groups and for shares near 0 and 1.
"""

from math import sqrt
from typing import NamedTuple

#: Of the normal distribution, for 95 %.
Z = 1.959963984540054


class Interval(NamedTuple):
    """A value, and between which bounds it lies with 95 % confidence, each from −1 to 1."""

    value: float
    low: float
    high: float


def wilson(part: int, whole: int) -> Interval:
    """Return the share with its interval; `whole` is not 0."""
    share = part / whole
    middle = (share + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    reach = Z * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole)) / (1 + Z * Z / whole)
    return Interval(share, max(0.0, middle - reach), min(1.0, middle + reach))


def newcombe(one: tuple[int, int], other: tuple[int, int]) -> Interval:
    """Return the difference of two shares, each as (part, whole), with its interval."""
    first, second = wilson(*one), wilson(*other)
    difference = first.value - second.value
    below = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    above = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Interval(difference, difference - below, difference + above)
