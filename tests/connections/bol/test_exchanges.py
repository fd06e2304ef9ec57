from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
import requests

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol, Tokens

SHIPMENT = [bol.ShipmentItem("2012345678", 1)]


@pytest.fixture
def seen() -> list[bol.Exchange]:
    return []


def ship(client: bol.Client, seen: list[bol.Exchange]) -> None:
    client.using(observe=seen.append).shipments.create(SHIPMENT)


def test_an_accepted_command_is_told_with_its_process_status(
    client: bol.Client, remote: Bol, seen: list[bol.Exchange]
) -> None:
    headers = {"X-Request-ID": "r-1", "x-ratelimit-limit": "25", "X-RateLimit-Remaining": "24"}
    remote.answers("POST", "/retailer/shipments", ACCEPTED, 202, headers)
    ship(client, seen)

    [exchange] = seen
    assert timedelta() < exchange.duration < timedelta(seconds=5)
    assert exchange == bol.Exchange(
        method="POST",
        path="/retailer/shipments",
        status=202,
        duration=exchange.duration,
        request_id="r-1",
        rate=bol.RateHeaders(limit=25, remaining=24),
        process_status_id="1234567",
    )


@pytest.mark.parametrize(
    ("answer", "status", "error", "told"),
    [
        ({}, 400, "Invalid", 400),
        (b"<html>", 500, "Unavailable", 500),
        (b"<html>", 202, "Unreadable", 202),
        (requests.ReadTimeout(), 0, "Interrupted", None),
        (requests.ConnectTimeout(), 0, "NotSent", None),
    ],
)
def test_a_failure_is_told_with_its_error(
    client: bol.Client, remote: Bol, seen: list[bol.Exchange], answer: Any, status: int, error: str, told: int
) -> None:
    remote.answers("POST", "/retailer/shipments", answer, status)

    with pytest.raises(bol.BolError):
        ship(client, seen)

    assert [(exchange.status, exchange.error, exchange.process_status_id) for exchange in seen] == [
        (told, error, "")
    ]


def test_the_budget_learns_from_a_rate_limit_that_only_has_words(
    client: bol.Client, remote: Bol, seen: list[bol.Exchange]
) -> None:
    answer = {"detail": "Too many requests, retry in 4 seconds."}
    remote.answers("POST", "/retailer/shipments", answer, 429)

    with pytest.raises(bol.RateLimited):
        ship(client, seen)

    assert seen[0].rate == bol.RateHeaders(retry_after=timedelta(seconds=4))


def test_a_renewed_token_is_two_exchanges(remote: Bol, seen: list[bol.Exchange]) -> None:
    remote.answers("POST", "/retailer/shipments", {}, 401)
    remote.answers("POST", "/retailer/shipments", ACCEPTED, 202)

    with bol.Client(Tokens(), observe=seen.append) as client:
        client.shipments.create(SHIPMENT)

    assert [(exchange.status, exchange.error) for exchange in seen] == [(401, "Unauthorized"), (202, "")]


def test_an_observer_that_fails_changes_nothing(
    client: bol.Client, remote: Bol, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(exchange: bol.Exchange) -> None:
        raise RuntimeError("the log is full")

    remote.answers("POST", "/retailer/shipments", ACCEPTED, 202)
    with caplog.at_level(logging.ERROR):
        status = client.using(observe=fail).shipments.create(SHIPMENT)

    assert status.process_status_id == "1234567"
    assert "observer" in caplog.text


def test_a_query_is_not_part_of_the_path(client: bol.Client, remote: Bol, seen: list[bol.Exchange]) -> None:
    remote.answers("GET", "/retailer/orders", {})
    client.using(observe=seen.append).orders.list()

    assert seen[0].path == "/retailer/orders"
