"""Budgets per account and endpoint, with bol's headers."""

from __future__ import annotations

import json

import pytest

from connections.bol.sandbox import Assumptions
from connections.bol.sandbox.web import rate_limits
from connections.bol.sandbox.web.answers import Problem
from connections.bol.sandbox.web.rate_limits import PUBLISHED, RateLimits

THREE = {
    "path": "/retailer/orders",
    "methods": "GET",
    "maxCapacity": "3",
    "timeToLive": "1",
    "timeUnit": "MINUTES",
}
ANY_ORDER = {**THREE, "path": "/retailer/orders/*", "maxCapacity": "1"}
CANCELLATION = {**THREE, "path": "/retailer/orders/cancellation", "methods": "PUT, GET", "maxCapacity": "7"}


def test_the_headers_count_down(start, seller_at):
    _, url = start(limits=[THREE])
    seller = seller_at(url)

    answers = [seller.send("GET", "/retailer/orders") for _ in range(3)]

    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0"]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"3"}
    assert all(1 <= int(answer.headers["X-RateLimit-Reset"]) <= 60 for answer in answers)


def test_a_spent_budget_is_too_many_requests(start, seller_at):
    bol, url = start(limits=[{**THREE, "maxCapacity": "0"}])

    answer = seller_at(url).send("GET", "/retailer/orders")

    assert answer.status_code == 429
    wait = answer.headers["Retry-After"]
    detail = f"Too many requests, retry in {wait} seconds."
    assert answer.json() == {"title": "Too Many Requests", "status": 429, "detail": detail}
    assert bol.stats()["rate_limited"] == 1


@pytest.mark.parametrize("at_once", [False, True])
def test_a_spent_budget_comes_back(start, seller_at, monkeypatch, at_once):
    now = [1000.0]
    monkeypatch.setattr(rate_limits.time, "monotonic", lambda: now[0])
    limits = [{**THREE, "maxCapacity": "1"}]
    _, url = start(limits=limits, assumptions=Assumptions(a_budget_returns_at_once=at_once))
    seller = seller_at(url)
    assert [seller.send("GET", "/retailer/orders").status_code for _ in range(2)] == [200, 429]

    now[0] += 60

    assert seller.send("GET", "/retailer/orders").status_code == 200


def test_a_budget_comes_back_little_by_little(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(rate_limits.time, "monotonic", lambda: now[0])
    limits = RateLimits([THREE])
    for _request in range(3):
        limits.spend("shop", "GET", "/retailer/orders")

    now[0] += 20

    assert limits.spend("shop", "GET", "/retailer/orders")["X-RateLimit-Remaining"] == "0"
    with pytest.raises(Problem):
        limits.spend("shop", "GET", "/retailer/orders")


def test_a_budget_comes_back_whole_when_its_window_ends(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(rate_limits.time, "monotonic", lambda: now[0])
    limits = RateLimits([THREE], at_once=True)
    for _request in range(3):
        limits.spend("shop", "GET", "/retailer/orders")

    now[0] += 59
    with pytest.raises(Problem):
        limits.spend("shop", "GET", "/retailer/orders")
    now[0] += 1

    assert limits.spend("shop", "GET", "/retailer/orders")["X-RateLimit-Remaining"] == "2"


def test_one_account_does_not_spend_the_budget_of_another(start, seller_at):
    _, url = start(limits=[{**THREE, "maxCapacity": "1"}])
    first, second = seller_at(url, "shop-a"), seller_at(url, "shop-b")

    assert first.send("GET", "/retailer/orders").status_code == 200
    assert first.send("GET", "/retailer/orders").status_code == 429
    assert second.send("GET", "/retailer/orders").status_code == 200


def test_the_most_specific_rule_wins():
    limits = RateLimits([ANY_ORDER, CANCELLATION])

    assert limits.spend("shop", "GET", "/retailer/orders/A1")["X-RateLimit-Limit"] == "1"
    assert limits.spend("shop", "GET", "/retailer/orders/cancellation")["X-RateLimit-Limit"] == "7"


def test_a_star_is_one_part_of_a_path():
    assert RateLimits([ANY_ORDER]).spend("shop", "GET", "/retailer/orders/A1/items") == {}


def test_limits_can_come_from_a_file(start, seller_at, tmp_path):
    (tmp_path / "limits.json").write_text(json.dumps([THREE]))
    _, url = start(limits=str(tmp_path / "limits.json"))

    assert seller_at(url).send("GET", "/retailer/orders").headers["X-RateLimit-Limit"] == "3"


def test_the_published_limits_cover_every_endpoint(start):
    lines = json.loads(PUBLISHED.read_text())
    assert {"path", "methods", "maxCapacity", "timeToLive", "timeUnit"} == set().union(*lines)

    limits = RateLimits()
    assert limits.spend("shop", "PATCH", "/retailer/offers/1")["X-RateLimit-Limit"] == "50"
    assert limits.spend("shop", "GET", "/retailer/orders")["X-RateLimit-Limit"] == "25"
