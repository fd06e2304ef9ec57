"""How often bol lets us ask: the published limits per endpoint, and the shape of whatever waits for them.

`limits.json` has the format that bol publishes itself (Retailer API, "Rate limits"): a path in which `*` stands for one
segment, the methods, and a capacity per window. Replace it by a fresh copy at any time; bol's headers correct it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, Self

LIMITS_FILE = Path(__file__).with_name("limits.json")

_UNITS = {"SECONDS": timedelta(seconds=1), "MINUTES": timedelta(minutes=1), "HOURS": timedelta(hours=1)}


class Throttle(Protocol):
    """Waits until a request may go."""

    def __call__(self, method: str, path: str) -> None: ...


def unthrottled(method: str, path: str) -> None:
    """Wait for nothing."""


@dataclass(frozen=True)
class Limit:
    """A rate budget: `capacity` requests per `window`. Requests with the same key share it."""

    key: str
    capacity: int
    window: timedelta


CAREFUL = Limit(key="* *", capacity=10, window=timedelta(minutes=1))


@dataclass(frozen=True)
class _Rule:
    methods: tuple[str, ...]
    segments: tuple[str, ...]
    limit: Limit

    @classmethod
    def read(cls, entry: dict[str, Any]) -> Self:
        path, methods = entry["path"], tuple(entry["methods"].upper().replace(" ", "").split(","))
        window = int(entry["timeToLive"]) * _UNITS[entry["timeUnit"].upper()]
        limit = Limit(f"{','.join(methods)} {path}", int(entry["maxCapacity"]), window)
        return cls(methods, _segments(path), limit)

    def covers(self, method: str, segments: tuple[str, ...]) -> bool:
        return (
            method in self.methods
            and len(segments) == len(self.segments)
            and all(ours in ("*", theirs) for ours, theirs in zip(self.segments, segments, strict=True))
        )

    @property
    def precision(self) -> tuple[bool, ...]:
        return tuple(segment != "*" for segment in self.segments)


class Limits:
    """The limits of all endpoints."""

    def __init__(self, rules: Sequence[_Rule]) -> None:
        self._rules = rules

    @classmethod
    def from_file(cls, path: Path = LIMITS_FILE) -> Self:
        """Read a file in bol's published format. Raises ValueError or KeyError for another."""
        return cls([_Rule.read(entry) for entry in json.loads(path.read_text("utf-8"))])

    def find(self, method: str, path: str) -> Limit:
        """Find the limit of a request: of the most specific rule, or a careful one where bol published none."""
        segments = _segments(path)
        covering = [rule for rule in self._rules if rule.covers(method.upper(), segments)]
        return max(covering, key=lambda rule: rule.precision).limit if covering else CAREFUL


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.partition("?")[0].strip("/").split("/"))
