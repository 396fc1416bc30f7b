"""How fast messages go out: one clock that all connections of a process share."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets `per_minute` messages a minute through, evenly spaced; 0 means no limit. Shared between threads."""

    def __init__(self, per_minute: int = 0) -> None:
        self.per_minute = per_minute
        self._lock = threading.Lock()
        self._next_at = 0.0

    def waiting_time(self) -> float:
        """Take the next turn and return in how many seconds it comes."""
        if not self.per_minute:
            return 0.0
        with self._lock:
            present = time.monotonic()
            mine = max(self._next_at, present)
            self._next_at = mine + 60.0 / self.per_minute
            return mine - present


def wait_unless(stopping: Callable[[], bool], seconds: float) -> bool:
    """Wait, checking four times a second; return False when `stopping` ended the wait early."""
    until = time.monotonic() + seconds
    while not stopping():
        left = until - time.monotonic()
        if left <= 0:
            return True
        time.sleep(min(left, 0.25))
    return False
