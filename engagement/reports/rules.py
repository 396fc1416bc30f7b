"""A decision as a report says it, and the order of several: pure functions over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Decision:
    """Something that only those who decide can settle: what, why, by when, and what it is about."""

    title: str
    reason: str
    by_on: date | None = None
    wave_id: int | None = None
    workflow_id: int | None = None
    is_about_concerns: bool = False


def by_urgency(decisions: Sequence[Decision]) -> list[Decision]:
    """Return decisions with the nearest day first, those without a day last; equal ones keep their order."""
    return sorted(decisions, key=lambda decision: decision.by_on or date.max)
