"""A brake on what anybody may send without being known: counted by place in this process's memory, never stored."""

import hashlib
import hmac
import secrets
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta


class Brake:
    """Lets a place send `most` things within `within`.

    A place is a network address; what is remembered is its hash, keyed anew at each start, until `within` is over.
    """

    def __init__(self, most: int, within: timedelta, now: Callable[[], datetime]) -> None:
        self._most, self._within, self._now = most, within, now
        self._key = secrets.token_bytes(32)
        self._sent: dict[bytes, deque[datetime]] = {}
        self._lock = threading.Lock()

    def seconds_to_wait(self, place: str) -> int:
        """Count one thing from this place and return 0; where it has sent too many, return after how many seconds it may again."""
        key = hmac.digest(self._key, place.encode(), hashlib.sha256)
        with self._lock:
            now = self._now()
            self._forget_before(now - self._within)
            sent = self._sent.setdefault(key, deque())
            if len(sent) >= self._most:
                return max(1, round((sent[0] + self._within - now).total_seconds()))
            sent.append(now)
            return 0

    def release(self) -> None:
        """Forget everything that was counted."""
        with self._lock:
            self._sent.clear()

    def _forget_before(self, then: datetime) -> None:
        for key in list(self._sent):
            sent = self._sent[key]
            while sent and sent[0] <= then:
                sent.popleft()
            if not sent:
                del self._sent[key]
