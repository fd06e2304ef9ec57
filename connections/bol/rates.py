"""What bol's headers say about our rate budget, read with tolerance.

Source: Retailer API, "Rate limits" page. The reset is in seconds from now; a value that can only be a moment (an epoch)
is understood as one. The capitals of the names differ per endpoint, and `Retry-After` is sometimes missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Self

MIN_RETRY_AFTER = timedelta(seconds=1)
MAX_RETRY_AFTER = timedelta(seconds=300)
MAX_RESET = timedelta(days=1)

_WHOLE = re.compile(r"\s*(\d{1,15})\b", re.ASCII)
_SECONDS = re.compile(r"\s*(-?\d{1,15})(?:\.\d+)?\s*", re.ASCII)
_SECONDS_IN_TEXT = re.compile(r"retry in (\d{1,6}) second", re.ASCII | re.IGNORECASE)
_SMALLEST_EPOCH = 1_000_000_000
_SMALLEST_EPOCH_IN_MILLISECONDS = 1_000_000_000_000


@dataclass(frozen=True)
class RateHeaders:
    """One answer's view of the budget of its endpoint; None for what it did not say.

    `reset` is how long until the budget is full again, `retry_after` how long to wait now (1 to 300 seconds).
    """

    limit: int | None = None
    remaining: int | None = None
    reset: timedelta | None = None
    retry_after: timedelta | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str], now: datetime) -> Self:
        """Read the headers of any answer; nonsense counts as absent."""
        found = {name.lower(): value for name, value in headers.items()}
        return cls(
            limit=_whole(found.get("x-ratelimit-limit", "")),
            remaining=_whole(found.get("x-ratelimit-remaining", "")),
            reset=_reset(found.get("x-ratelimit-reset", ""), now),
            retry_after=_retry_after(found.get("retry-after", ""), now),
        )

    def __bool__(self) -> bool:
        return self != RateHeaders()


def time_to_wait(status: int, rate: RateHeaders, detail: str) -> timedelta | None:
    """Tell how long a refusal asks us to wait: its header, else (429 only) its text, else its reset."""
    if rate.retry_after is not None or status != HTTPStatus.TOO_MANY_REQUESTS:
        return rate.retry_after
    if match := _SECONDS_IN_TEXT.search(detail):
        return _clamped(int(match.group(1)))
    return _clamped(rate.reset.total_seconds()) if rate.reset is not None else None


def _whole(text: str) -> int | None:
    match = _WHOLE.match(text)
    return int(match.group(1)) if match else None


def _reset(text: str, now: datetime) -> timedelta | None:
    seconds = _whole(text)
    if seconds is None:
        return None
    if seconds > _SMALLEST_EPOCH_IN_MILLISECONDS:
        seconds //= 1000
    if seconds > _SMALLEST_EPOCH:
        seconds -= int(now.timestamp())
    return timedelta(seconds=min(max(seconds, 0), MAX_RESET.total_seconds()))


def _retry_after(text: str, now: datetime) -> timedelta | None:
    if match := _SECONDS.fullmatch(text):
        return _clamped(int(match.group(1)))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return _clamped(wait.total_seconds())


def _clamped(seconds: float) -> timedelta:
    shortest, longest = MIN_RETRY_AFTER.total_seconds(), MAX_RETRY_AFTER.total_seconds()
    return timedelta(seconds=min(max(seconds, shortest), longest))
