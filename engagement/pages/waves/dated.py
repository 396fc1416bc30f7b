"""The dated steps on the way of a wave, in the words of its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engagement.pages.frame.formats import local_day, short_day, today
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave


@dataclass(frozen=True)
class Milestone:
    """A dated step on the way of a wave."""

    day_words: str
    text: str
    state: str


def milestones_shown(wave: Wave, messages: Sequence[tuple[datetime, str]]) -> list[Milestone]:
    """Return the milestones of a wave and its messages, each by its instant, with today among them."""
    rows = milestones_of(wave.id)
    dated = [(row.falls_on, row.title, row.kind is MilestoneKind.GO_LIVE) for row in rows]
    dated += [(local_day(at), subject, False) for at, subject in messages]
    now, days = today(), [on for on, *_ in dated]
    shown = [(on, text, go, "Today" if on == now else short_day(on)) for on, text, go in dated]
    if days and now not in days and min(days) < now < max(days):
        shown.append((now, "Today", False, short_day(now)))
    return [
        Milestone(f"{words}{_counted((on - wave.go_live_on).days)}", text, "go" if go else _past_or_now(on, now))
        for on, text, go, words in sorted(shown)
    ]


def _counted(days: int) -> str:
    """Say how far from go-live a day is, as T−28 or T+7."""
    return f", T{days:+d}".replace("-", "−") if days else ""


def _past_or_now(on: date, now: date) -> str:
    return "now" if on == now else "done" if on < now else ""
