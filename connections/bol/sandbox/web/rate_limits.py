"""Rate limits per account and rule, from a file in the form that bol publishes.

A bucket holds as many requests as a rule allows in its window. How it is filled again bol does not say: little by
little, as is assumed by default, or whole when a window ends that began with its first request (see assumptions).
Windows are of real time, whatever the clock at bol says. Retailer API, rate limits.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from connections.bol.sandbox.web.answers import Problem

PUBLISHED = Path(__file__).parent.parent / "limits.json"
SECONDS = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600}

Source = str | Path | Sequence[dict[str, Any]] | None


@dataclass(frozen=True)
class Rule:
    """So many requests to these methods of this path in so many seconds."""

    path: str
    methods: frozenset[str]
    capacity: int
    window: float

    @classmethod
    def read(cls, line: dict[str, Any]) -> Rule:
        """A rule from one entry of the published list."""
        methods = frozenset(re.split(r",\s*", line["methods"]))
        window = float(line["timeToLive"]) * SECONDS[line["timeUnit"]]
        return cls(line["path"], methods, int(line["maxCapacity"]), window)

    def applies(self, method: str, path: str) -> bool:
        return method in self.methods and self._pattern.fullmatch(path) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.path).replace(r"\*", "[^/]+"))


@dataclass
class Bucket:
    """What is left of a rule for one account, filled little by little."""

    rule: Rule
    left: float
    at: float

    def fill(self, now: float) -> None:
        """Add what has come back since the last look."""
        self.left = min(
            self.rule.capacity, self.left + (now - self.at) * self.rule.capacity / self.rule.window
        )
        self.at = now

    def seconds_until(self, wanted: float) -> int:
        """In how many whole seconds, at least one, that much is there."""
        if not self.rule.capacity:
            return math.ceil(self.rule.window)
        return max(1, math.ceil((wanted - self.left) * self.rule.window / self.rule.capacity))


class WholeBucket(Bucket):
    """What is left of a rule for one account, filled whole when the window ends."""

    _ends = 0.0

    def fill(self, now: float) -> None:
        """Fill the bucket if its window has ended; the next one begins with this request."""
        self.at = now
        if self._ends <= now:
            self.left, self._ends = self.rule.capacity, now + self.rule.window

    def seconds_until(self, wanted: float) -> int:
        """In how many whole seconds, at least one, the window ends."""
        return max(1, math.ceil(self._ends - self.at))


class RateLimits:
    """All rules with their buckets; `source` is a file, a list, None for bol's own, or "off"."""

    def __init__(self, source: Source = None, *, at_once: bool = False) -> None:
        self.rules = _read_rules(source)
        self._kind = WholeBucket if at_once else Bucket
        self.clear()

    def clear(self) -> None:
        """Fill all buckets."""
        self._buckets: dict[tuple[str, Rule], Bucket] = {}

    def spend(self, account: str, method: str, path: str) -> dict[str, str]:
        """Take one request from the budget; the headers to answer with, or raises Problem 429."""
        rule = next((rule for rule in self.rules if rule.applies(method, path)), None)
        if rule is None:
            return {}
        bucket = self._bucket(account, rule)
        bucket.fill(time.monotonic())
        if bucket.left < 1:
            raise _too_many(rule, bucket.seconds_until(1))
        bucket.left -= 1
        return _headers(rule, int(bucket.left), bucket.seconds_until(rule.capacity))

    def _bucket(self, account: str, rule: Rule) -> Bucket:
        bucket = self._buckets.get((account, rule))
        if bucket is None:
            bucket = self._buckets[account, rule] = self._kind(rule, rule.capacity, time.monotonic())
        return bucket


def _read_rules(source: Source) -> list[Rule]:
    if source == "off":
        return []
    lines = _read_lines(source or PUBLISHED)
    return sorted((Rule.read(line) for line in lines), key=_how_general)


def _read_lines(source: str | Path | Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    if not isinstance(source, str | Path):
        return source
    lines: list[dict[str, Any]] = json.loads(Path(source).read_text(encoding="utf-8"))
    return lines


def _how_general(rule: Rule) -> tuple[int, int]:
    return rule.path.count("*"), -len(rule.path)


def _headers(rule: Rule, left: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(rule.capacity),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(reset),
    }


def _too_many(rule: Rule, reset: int) -> Problem:
    headers = _headers(rule, 0, reset) | {"Retry-After": str(reset)}
    detail = f"Too many requests, retry in {reset} seconds."
    return Problem(429, "Too Many Requests", detail, problem_type=None, headers=headers)
