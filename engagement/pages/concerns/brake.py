"""A brake on anonymous sending: counted by network address in this process's memory, never stored."""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from engagement.accounts.attempts.rules import network_of

#: The most places remembered at once; beyond that, the longest quiet one is forgotten.
MOST_PLACES = 50_000


class Brake:
    """Lets a place send `most` things within `within`.

    A place is a network address. Only its hash is remembered, with a new key at each start, until `within` is over.
    """

    def __init__(self, most: int, within: timedelta, now: Callable[[], datetime]) -> None:
        self._most, self._within, self._now = most, within, now
        self._key = secrets.token_bytes(32)
        #: When each place sent something; the latest sender is last.
        self._sent: OrderedDict[bytes, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, place: str) -> int:
        """Count one thing from this place and return 0, or return the seconds to wait if it has sent too much."""
        key = hmac.digest(self._key, network_of(place).encode(), hashlib.sha256)
        with self._lock:
            now = self._now()
            self._forget_before(now - self._within)
            sent = self._sent.setdefault(key, deque())
            while sent and sent[0] <= now - self._within:
                sent.popleft()
            if len(sent) >= self._most:
                return max(1, round((sent[0] + self._within - now).total_seconds()))
            sent.append(now)
            self._sent.move_to_end(key)
            return 0

    def release(self) -> None:
        """Forget everything that was counted."""
        with self._lock:
            self._sent.clear()

    def _forget_before(self, then: datetime) -> None:
        """Forget the places that have been quiet since then. They come first, so no others need a look."""
        while self._sent:
            key, sent = next(iter(self._sent.items()))
            if sent and sent[-1] > then and len(self._sent) < MOST_PLACES:
                break
            del self._sent[key]
