from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connections import bol

MINUTE, SECOND, HOUR = timedelta(minutes=1), timedelta(seconds=1), timedelta(hours=1)
LIMITS = bol.Limits.from_file()


@pytest.mark.parametrize(
    ("method", "path", "key", "capacity", "window"),
    [
        ("GET", "/retailer/orders", "GET /retailer/orders", 25, MINUTE),
        ("GET", "/retailer/orders/A2K8290LP8", "GET /retailer/orders/*", 25, SECOND),
        ("PUT", "/retailer/orders/cancellation", "PUT /retailer/orders/cancellation", 25, MINUTE),
        ("POST", "/retailer/shipments", "POST /retailer/shipments", 25, SECOND),
        ("GET", "/retailer/shipments/1", "GET /retailer/shipments/*", 50, MINUTE),
        ("GET", "/retailer/offers", "GET /retailer/offers", 25, SECOND),
        ("PATCH", "/retailer/offers/o1", "PATCH /retailer/offers/*", 50, SECOND),
        ("DELETE", "/retailer/offers/o1", "PUT,DELETE /retailer/offers/*", 50, SECOND),
        ("PUT", "/retailer/offers/o1/stock", "PUT /retailer/offers/*/stock", 50, SECOND),
        ("POST", "/retailer/offers/export", "POST /retailer/offers/export", 9, HOUR),
        ("GET", "/retailer/offers/export/r1", "GET /retailer/offers/export/*", 9, HOUR),
        ("POST", "/shared/process-status", "POST /shared/process-status", 2, SECOND),
        ("GET", "/shared/process-status/1", "GET /shared/process-status/*", 100, SECOND),
        ("get", "/retailer/orders/?page=2", "GET /retailer/orders", 25, MINUTE),
    ],
)
def test_an_endpoint_has_its_limit(
    method: str, path: str, key: str, capacity: int, window: timedelta
) -> None:
    assert LIMITS.find(method, path) == bol.Limit(key, capacity, window)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/retailer/new-thing"),
        ("DELETE", "/retailer/orders"),
        ("GET", "/"),
        ("GET", "/retailer/orders/1/2"),
    ],
)
def test_an_endpoint_without_a_limit_gets_a_careful_one(method: str, path: str) -> None:
    assert LIMITS.find(method, path) == bol.Limit("* *", 10, MINUTE)


def test_the_most_specific_rule_wins_wherever_it_stands(tmp_path: Path) -> None:
    rules = [rule("/a/*/*", 1), rule("/a/b/*", 2), rule("/a/*/c", 3), rule("/a/b/c", 4)]

    for order in (rules, rules[::-1]):
        file = tmp_path / "limits.json"
        file.write_text(json.dumps(order))
        found = bol.Limits.from_file(file)
        assert [found.find("GET", path).capacity for path in ("/a/x/y", "/a/b/x", "/a/x/c", "/a/b/c")] == [
            1,
            2,
            3,
            4,
        ]


def test_methods_of_one_rule_share_a_budget() -> None:
    path = "/retailer/subscriptions/1"

    assert LIMITS.find("GET", path) == LIMITS.find("PUT", path) == LIMITS.find("DELETE", path)


def rule(path: str, capacity: int) -> dict[str, str]:
    """Make a rule with the values as text, as bol published them."""
    return {
        "path": path,
        "methods": "GET, OPTIONS, HEAD",
        "maxCapacity": str(capacity),
        "timeToLive": "1",
        "timeUnit": "MINUTES",
    }
