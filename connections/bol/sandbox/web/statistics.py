"""Counts of what was asked, and the latest requests in order: the other side's view of its callers."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

KEPT = 20_000


class Statistics:
    """Counts per account, method, path pattern and status; status 0 is a connection that was dropped."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin counting again."""
        self._counts: Counter[tuple[str | None, str, int]] = Counter()
        self._requests: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._number = 0

    def count(self, at: str, retailer: str | None, method: str, path: str, pattern: str, status: int) -> None:
        """Note one request and how it was answered."""
        self._number += 1
        self._counts[retailer, f"{method} {pattern}", status] += 1
        seen = {
            "n": self._number,
            "at": at,
            "retailer": retailer,
            "method": method,
            "path": path,
            "status": status,
        }
        self._requests.append(seen)

    def requests(self, retailer: str | None = None, after: int = 0) -> list[dict[str, Any]]:
        """The latest requests, oldest first, numbered above `after`."""
        return [seen for seen in self._requests if seen["n"] > after and retailer in (None, seen["retailer"])]

    def summary(self, retailer: str | None = None) -> dict[str, Any]:
        """``{"total", "rate_limited", "requests": {"GET /retailer/orders": {"200": 3}}}``."""
        counts = [(key, number) for key, number in self._counts.items() if retailer in (None, key[0])]
        requests: dict[str, Counter[str]] = {}
        for (_, endpoint, status), number in counts:
            requests.setdefault(endpoint, Counter())[str(status)] += number
        limited = sum(number for (_, _, status), number in counts if status == 429)
        total = sum(number for _, number in counts)
        return {
            "total": total,
            "rate_limited": limited,
            "requests": {key: dict(requests[key]) for key in sorted(requests)},
        }
