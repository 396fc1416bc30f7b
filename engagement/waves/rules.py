"""The vocabulary of waves and pure functions over their dates."""

from datetime import date, timedelta
from enum import StrEnum

from engagement.days.working_days import nearest_working_day


class WaveStatus(StrEnum):
    """Where a wave stands."""

    PLANNED = "planned"
    READY = "ready"
    LIVE = "live"
    STABILISING = "stabilising"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def word(self) -> str:
        """The status as the reader sees it."""
        return self.value.capitalize()

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        return _TONES[self][0]

    @property
    def icon(self) -> str:
        """The icon of its pill."""
        return _TONES[self][1]

    @property
    def next_steps(self) -> tuple["WaveStatus", ...]:
        """The statuses that a wave may go to from here."""
        return _NEXT[self]

    @property
    def needs_reason(self) -> bool:
        """Whether a step to it is one that people will want explained later: back, called off, or for good."""
        return self in (WaveStatus.PLANNED, WaveStatus.CANCELLED, WaveStatus.CLOSED)

    @property
    def is_open(self) -> bool:
        """Whether the wave still asks something of its people."""
        return self not in (WaveStatus.CLOSED, WaveStatus.CANCELLED)

    @property
    def is_ahead(self) -> bool:
        """Whether its go-live is still to come, whatever day it is set for."""
        return self in (WaveStatus.PLANNED, WaveStatus.READY)

    @property
    def is_live(self) -> bool:
        """Whether its people work with what it rolled out, and it is not over."""
        return self in (WaveStatus.LIVE, WaveStatus.STABILISING)


_TONES = {
    WaveStatus.PLANNED: ("open", "ring"),
    WaveStatus.READY: ("ok", "check"),
    WaveStatus.LIVE: ("live", "half"),
    WaveStatus.STABILISING: ("live", "half"),
    WaveStatus.CLOSED: ("", "ring"),
    WaveStatus.CANCELLED: ("", "cross"),
}
_NEXT: dict[WaveStatus, tuple[WaveStatus, ...]] = {
    WaveStatus.PLANNED: (WaveStatus.READY, WaveStatus.CANCELLED),
    WaveStatus.READY: (WaveStatus.LIVE, WaveStatus.PLANNED, WaveStatus.CANCELLED),
    WaveStatus.LIVE: (WaveStatus.STABILISING,),
    WaveStatus.STABILISING: (WaveStatus.CLOSED,),
    WaveStatus.CLOSED: (),
    WaveStatus.CANCELLED: (WaveStatus.PLANNED,),
}


class MembershipOrigin(StrEnum):
    """How a person came into a wave."""

    DEPARTMENT = "department"
    HAND = "hand"


def training_due_on(go_live_on: date, lead_days: int, country: str) -> date:
    """Return the day by which training is due: so many days before go-live, or on the working day before that."""
    return nearest_working_day(go_live_on - timedelta(days=lead_days), country, -1)
