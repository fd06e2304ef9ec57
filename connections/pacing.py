"""Keeps requests as far apart as their slots are, also when a stall made several of them late at once."""

from __future__ import annotations

import threading
import time

# Those who are late catch up this much faster than the budget goes, and no faster.
CATCH_UP = 0.97
# A thread that wakes so little late is taken to be on time: small delays must not add up to a slower pace.
JITTER_SECONDS = 0.02


class Gate:
    """Lets threads through one by one; all moments are those of time.monotonic()."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slot = 0.0
        self._departed = 0.0

    def wait(self, slot: float) -> None:
        """Return when the request whose slot begins at `slot` may leave."""
        while (seconds := self._try_to_leave(slot)) > 0:
            time.sleep(seconds)

    def _try_to_leave(self, slot: float) -> float:
        """Leave and return 0, or return how long to wait before trying again."""
        with self._lock:
            now = time.monotonic()
            distance = CATCH_UP * max(0.0, slot - self._slot)
            earliest = max(slot, self._departed + distance)
            if now < earliest:
                return earliest - now
            is_on_time = now < earliest + JITTER_SECONDS
            self._slot, self._departed = max(slot, self._slot), earliest if is_on_time else now
            return 0
