"""Rate budgets that all workers on all machines share: one row per connection and limit of bol.

Each row is a GCRA: it holds the moment of the next free slot. Taking a slot is one conditional UPDATE, which moves that
moment by one interval; the caller waits for its slot. bol's headers correct the row: a limit that changed, a budget that
somebody else spent, a 429.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection as database
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Greatest

from connections import bol
from connections.models import Connection, RateBudget

# A little slower than bol allows: its windows and our clock do not start together, and a 429 costs more.
PACE = 0.95
# The limits that this process last heard of, so that the same news costs no query.
_followed: dict[tuple[int, str], int] = {}


@dataclass(frozen=True)
class TooBusy(Exception):
    """No slot becomes free soon enough; `wait` is in seconds."""

    wait: float


@cache
def limits() -> bol.Limits:
    """Return bol's published limits as this installation knows them."""
    return bol.Limits.from_file(Path(bol.__file__).with_name("limits.json"))


def reserve(connection: Connection, method: str, path: str, *, max_wait: float) -> float:
    """Take the next free slot for a request; return the seconds until it begins.

    Raises:
        TooBusy: the next slot is more than `max_wait` seconds away; none was taken.
    """
    limit = limits().find(method, path)
    wait = _take_slot(connection, limit, max_wait)
    if wait is None:
        RateBudget.objects.get_or_create(
            connection=connection,
            key=limit.key,
            defaults={
                "interval": _interval(limit.capacity, limit.window.total_seconds()),
                "capacity": limit.capacity,
                "window": limit.window.total_seconds(),
            },
        )
        wait = _take_slot(connection, limit, max_wait)
    if wait is None:
        raise TooBusy(_time_to_slot(connection, limit))
    return wait


def correct(connection: Connection, exchange: bol.Exchange) -> None:
    """Let bol's answer correct the budget of its endpoint."""
    rate = exchange.rate
    if rate is None:
        return
    limit = limits().find(exchange.method, exchange.path)
    budget = RateBudget.objects.filter(connection=connection, key=limit.key)
    if rate.limit and _followed.get((connection.pk, limit.key)) != rate.limit:
        _follow_limit(budget, rate.limit, limit.window.total_seconds())
        _followed[connection.pk, limit.key] = rate.limit
    pause = _pause(exchange, limit)
    if pause:
        budget.update(next_slot=Greatest(F("next_slot"), Value(time.time() + pause)))


def _pause(exchange: bol.Exchange, limit: bol.Limit) -> float:
    rate = exchange.rate
    if rate is None:
        return 0
    if exchange.status == 429:
        wait = rate.retry_after or rate.reset or limit.window
        return wait.total_seconds()
    if rate.remaining == 0 and rate.reset:
        return rate.reset.total_seconds()
    return 0


def _follow_limit(budget: models.QuerySet[RateBudget], capacity: int, window: float) -> None:
    budget.exclude(capacity=capacity).update(capacity=capacity, interval=_interval(capacity, window))


def _interval(capacity: int, window: float) -> float:
    return window / (capacity * PACE)


def _take_slot(connection: Connection, limit: bol.Limit, max_wait: float) -> float | None:
    """Move the row by one interval if its slot is near; return the seconds until that slot."""
    now = time.time()
    latest = "GREATEST" if database.vendor == "postgresql" else "MAX"
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE connections_ratebudget SET next_slot = {latest}(next_slot, %s) + interval "  # noqa: S608 - a constant
            "WHERE connection_id = %s AND key = %s AND next_slot <= %s RETURNING next_slot - interval",
            [now, connection.pk, limit.key, now + max_wait],
        )
        row = cursor.fetchone()
    return max(0.0, row[0] - now) if row else None


def _time_to_slot(connection: Connection, limit: bol.Limit) -> float:
    budget = RateBudget.objects.get(connection=connection, key=limit.key)
    return max(0.0, budget.next_slot - time.time())
