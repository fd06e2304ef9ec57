"""What is going to happen by itself, in order of time: settling of commands, expiry of order items."""

from __future__ import annotations

import heapq
from datetime import datetime

Entry = tuple[datetime, int, str, str]


class Agenda:
    """A heap of (moment, number, event, subject); equal moments keep their order of arrival."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.number = 0

    def plan(self, moment: datetime, event: str, subject: str) -> None:
        """Let an event happen at a moment."""
        self.number += 1
        heapq.heappush(self.entries, (moment, self.number, event, subject))

    def take_due(self, now: datetime) -> Entry | None:
        """Remove and return the first event that is due, or None."""
        if not self.entries or self.entries[0][0] > now:
            return None
        return heapq.heappop(self.entries)
