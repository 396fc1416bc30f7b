"""What makes a decision urgent, and how a report says it: pure functions over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: A vacancy counts for workflows that go live within so many days; one that was held before counts at any time.
NEAR_DAYS = 60
#: From so many days before training is due a wave is behind below the first share, after the due day below the second.
TRAINING_WATCHED_DAYS = 14
TRAINED_BEFORE_DUE = 0.80
TRAINED_WHEN_DUE = 0.95


@dataclass(frozen=True)
class Decision:
    """Something that only those who decide can settle: what, why, by when, and what it is about."""

    title: str
    reason: str
    by_on: date | None = None
    wave_id: int | None = None
    workflow_id: int | None = None
    is_about_concerns: bool = False


def is_training_behind(due_on: date, on: date, finished: int, assigned: int) -> bool:
    """Return whether too few have finished for the day that it is; False where nobody was asked."""
    if not assigned:
        return False
    share = finished / assigned
    if on >= due_on:
        return share < TRAINED_WHEN_DUE
    return due_on - on <= timedelta(days=TRAINING_WATCHED_DAYS) and share < TRAINED_BEFORE_DUE


def by_urgency(decisions: Sequence[Decision]) -> list[Decision]:
    """Return decisions with the nearest day first, those without a day last; equal ones keep their order."""
    return sorted(decisions, key=lambda decision: decision.by_on or date.max)
