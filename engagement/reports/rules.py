"""The decisions in a report and their order: pure functions over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Decision:
    """A decision for sponsors: what, why, by when, and about which thing."""

    title: str
    reason: str
    by_on: date | None = None
    wave_id: int | None = None
    workflow_id: int | None = None
    is_about_concerns: bool = False


def by_urgency(decisions: Sequence[Decision]) -> list[Decision]:
    """Return decisions by day, those without a day last; equal ones keep their order."""
    return sorted(decisions, key=lambda decision: decision.by_on or date.max)
