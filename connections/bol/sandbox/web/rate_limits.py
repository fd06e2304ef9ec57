"""Rate limits per account and rule, from a file in the form that bol publishes.

A bucket is filled whole when its window ends; the window begins with its first request. Windows are of
real time, whatever the clock at bol says. Retailer API, rate limits.
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
    """What is left of a rule for one account."""

    left: int
    ends: float


class RateLimits:
    """All rules with their buckets; `source` is a file, a list, None for bol's own, or "off"."""

    def __init__(self, source: Source = None) -> None:
        self.rules = _read_rules(source)
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
        reset = max(1, math.ceil(bucket.ends - time.monotonic()))
        if not bucket.left:
            raise _too_many(rule, reset)
        bucket.left -= 1
        return _headers(rule, bucket.left, reset)

    def _bucket(self, account: str, rule: Rule) -> Bucket:
        now = time.monotonic()
        bucket = self._buckets.get((account, rule))
        if bucket is None or bucket.ends <= now:
            bucket = self._buckets[account, rule] = Bucket(rule.capacity, now + rule.window)
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
