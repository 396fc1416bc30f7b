"""What is still open in one wave before its next step, besides what stands against it (see `readiness`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engagement.attention.queries.waves import headcounts
from engagement.attention.rules import Place
from engagement.communications.queries.calendar import next_messages
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.training.queries.progress import people_counts, people_without_curriculum
from engagement.waves.models import Wave
from engagement.words import days_away, plural, short_day_words

MOST_MESSAGES = 20


@dataclass(frozen=True)
class OpenPoint:
    """One thing that is not done, and where to do it: the thing at `place` with this key."""

    title: str
    why: str
    place: Place
    key: int | str


def open_points(wave: Wave, on: date, *, goes_live: bool) -> list[OpenPoint]:
    """Return what a wave still lacks on a day before its people can start; in a fixed number of queries.

    `goes_live` says that they start on this day, which may differ from the planned one.
    """
    return [*_plan(wave, on, goes_live), *_training(wave), *_messages(wave)]


def _plan(wave: Wave, on: date, goes_live: bool) -> Iterator[OpenPoint]:
    if goes_live and wave.go_live_on != on:
        day = short_day_words(wave.go_live_on, with_year=True)
        said = "Its go-live is" if wave.go_live_on > on else "Its go-live was"
        why = f"{said} set for {day}, {days_away(wave.go_live_on, on)}."
        yield OpenPoint("It is not the day of its go-live", why, Place.WAVE, wave.id)


def _training(wave: Wave) -> Iterator[OpenPoint]:
    head, trained = headcounts([wave.id]).get(wave.id), people_counts([wave.id]).get(wave.id)
    if head is None or not head.people:
        return
    if head.without_role:
        title = f"{plural(head.without_role, 'person has', 'people have')} no training role"
        yield OpenPoint(title, f"Of {head.people:,} in the wave. They get no training.", Place.GIVE_ROLES, wave.id)
    for role, numbers in people_without_curriculum([wave.id]).items():
        title, number = f"{role.word}: nothing to learn yet", plural(sum(numbers.values()), "person has", "people have")
        yield OpenPoint(title, f"{number} this role, and it has no curriculum.", Place.CURRICULUM, role.value)
    if trained is not None and trained.finished < trained.assigned:
        left = plural(trained.assigned - trained.finished, "person has", "people have")
        why = f"{trained.finished:,} of {trained.assigned:,} have."
        yield OpenPoint(f"{left} not finished their training", why, Place.WAVE_TRAINING, wave.id)


def _messages(wave: Wave) -> Iterator[OpenPoint]:
    coming = next_messages(wave.id, MOST_MESSAGES)
    messages = [m for m in coming if m.status.needs_approval and m.sends_at.date() <= wave.go_live_on]
    subjects = subjects_shown(messages)
    for message in messages:
        why = f"It is to go out on {short_day_words(message.sends_at.date(), with_year=False)}, and nobody has approved it."
        yield OpenPoint(subjects[message.id], why, Place.MESSAGE, message.id)
