"""The present, in one place: every room asks here, so that tests and the demonstration can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_standing_at: ContextVar[datetime | None] = ContextVar("standing_at", default=None)


def now() -> datetime:
    """Return the present instant in UTC, aware, to the microsecond."""
    return _standing_at.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """Return the present calendar day in the IANA time zone `zone`."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Make `now()` return `instant` (aware) inside the block; the demonstration's history is written this way.

    Raises ValueError for a naive instant.
    """
    if instant.tzinfo is None:
        raise ValueError("standing_at needs an aware instant")
    token = _standing_at.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _standing_at.reset(token)
