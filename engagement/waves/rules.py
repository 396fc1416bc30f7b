"""The vocabulary of waves, and pure functions over their dates."""

from datetime import datetime, timedelta
from enum import StrEnum

from engagement.vocabulary import State

#: How long a step without a way back can be undone as a mistake.
TAKEN_BACK_WITHIN = timedelta(days=1)


class WaveStatus(State):
    """The status of a wave."""

    PLANNED = "planned", "Planned", "open", "ring"
    READY = "ready", "Ready", "ok", "check"
    LIVE = "live", "Live", "live", "half"
    STABILISING = "stabilising", "Stabilising", "live", "half"
    CLOSED = "closed", "Closed", "", "ring"
    CANCELLED = "cancelled", "Cancelled", "", "cross"
    ROLLED_BACK = "rolled_back", "Rolled back", "bad", "cross"

    @property
    def is_in_use(self) -> bool:
        """Whether its people work with what went live."""
        return self in (WaveStatus.LIVE, WaveStatus.STABILISING, WaveStatus.CLOSED)

    @property
    def next_steps(self) -> tuple["WaveStatus", ...]:
        """The statuses that can follow this one."""
        return _NEXT[self]

    @property
    def needs_reason(self) -> bool:
        """Whether a step to it needs a reason, because people will later ask what it was based on."""
        return self is not WaveStatus.STABILISING

    @property
    def is_open(self) -> bool:
        """Whether the wave still asks something of its people."""
        return self not in (WaveStatus.CLOSED, WaveStatus.CANCELLED)

    @property
    def keeps_days(self) -> bool:
        """Whether its planned days hold: while a wave is rolled back, nobody is late and nobody is left to settle."""
        return self is not WaveStatus.ROLLED_BACK

    @property
    def is_ahead(self) -> bool:
        """Whether its go-live is still to come, whatever its date."""
        return self in (WaveStatus.PLANNED, WaveStatus.READY)

    @property
    def is_live(self) -> bool:
        """Whether its people already work with it and it is not over."""
        return self in (WaveStatus.LIVE, WaveStatus.STABILISING)


#: Waves whose people work with what went live.
IN_USE = tuple(status for status in WaveStatus if status.is_in_use)
_NEXT: dict[WaveStatus, tuple[WaveStatus, ...]] = {
    WaveStatus.PLANNED: (WaveStatus.READY, WaveStatus.CANCELLED),
    WaveStatus.READY: (WaveStatus.LIVE, WaveStatus.PLANNED, WaveStatus.CANCELLED),
    WaveStatus.LIVE: (WaveStatus.STABILISING, WaveStatus.ROLLED_BACK),
    WaveStatus.STABILISING: (WaveStatus.CLOSED, WaveStatus.ROLLED_BACK),
    WaveStatus.CLOSED: (),
    WaveStatus.CANCELLED: (WaveStatus.PLANNED,),
    WaveStatus.ROLLED_BACK: (WaveStatus.PLANNED, WaveStatus.CANCELLED),
}


def may_take_back(before: WaveStatus, status: WaveStatus, at: datetime, now: datetime) -> bool:
    """Return whether the step between two statuses, taken at `at`, can still be undone at `now`.

    Only a step forward without a way back can be undone; so an undoing can't itself be undone. Rolling back told people.
    """
    return (
        status is not WaveStatus.ROLLED_BACK
        and status in before.next_steps
        and before not in status.next_steps
        and now - at <= TAKEN_BACK_WITHIN
    )


class MembershipOrigin(StrEnum):
    """How a person came into a wave."""

    DEPARTMENT = "department"
    HAND = "hand"
    RULE = "rule"
