"""Which list of orders to read next, so that every change since the cursor is seen at least once. Pure.

bol's change window reaches back at most 60 minutes, its list by day 3 months (Retailer API v10, Orders). The days are
taken to be days in the Netherlands: bol's document does not say, and its timestamps carry that zone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orders.days import day_of, end_of

MINUTE = timedelta(minutes=1)
LONGEST_WINDOW_MINUTES = 60
# How much every window reaches back beyond the last success. bol's lists lag behind its orders, and an order that
# slips from one page to another while we read is seen by one of the next windows.
OVERLAP = timedelta(minutes=5)
# An unfinished window is gone on with for so long: it moves while it is read, and may lose no more than its overlap.
LONGEST_READING = OVERLAP - 2 * MINUTE
HISTORY = timedelta(days=89)
# How far back a connection that is read for the first time is filled up, besides all that is still open.
FIRST_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """A list to read: the last `minutes`, a `day`, or neither; after it everything up to `seen_up_to` was seen."""

    seen_up_to: datetime
    minutes: int | None = None
    day: date | None = None


def next_window(cursor: datetime | None, now: datetime) -> Window:
    """Return the list to read next: all that is open at first, then day by day, then what changed of late."""
    if cursor is None:
        return Window(seen_up_to=now - FIRST_DAYS)
    minutes = max(2, math.ceil((now - cursor + OVERLAP) / MINUTE))
    if minutes <= LONGEST_WINDOW_MINUTES:
        return Window(seen_up_to=now, minutes=minutes)
    day = day_of(max(cursor, now - HISTORY))
    return Window(seen_up_to=min(end_of(day), now), day=day)
