"""Until when training of a wave waits for somebody who is left to settle with another one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

#: For so long after the quiet period nobody is late with training that waited.
GRACE = timedelta(days=7)
LONGEST_REASON = 1_000


@dataclass(frozen=True)
class Wait:
    """What a quiet period does to somebody's training of another wave.

    It asks nothing up to and with `until_on`, None once that is over; it is late from a week after `settled_on` at the earliest, the
    last day of the longest quiet period. `wave_title` names the wave that settles.
    """

    wave_title: str
    until_on: date | None
    settled_on: date

    @property
    def begins_on(self) -> date | None:
        """The first day on which the training asks something again; None if it asks already."""
        return self.until_on + timedelta(days=1) if self.until_on is not None else None

    def due_on(self, planned: date) -> date:
        """Return when training is due that was planned for a day."""
        return max(planned, due_after(self.settled_on))


def due_after(settled_on: date) -> date:
    """Return the first day on which training can be due after a quiet period."""
    return settled_on + GRACE


def longest(spans: Iterable[tuple[str, date, bool]], on: date) -> Wait | None:
    """Return what quiet periods do together on a day: each with its wave, its last day, and whether the wave still settles."""
    found = sorted(spans, key=lambda span: span[1])
    if not found:
        return None
    lasting = [span for span in found if span[2] and span[1] >= on]
    title, until_on, _ = (lasting or found)[-1]
    return Wait(title, until_on if lasting else None, found[-1][1])
