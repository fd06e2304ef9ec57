from __future__ import annotations

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol, Tokens

EXPIRED = {"title": "Expired JWT", "status": 401, "detail": "JWT expired at 2023-03-16T12:53:03Z."}
FORBIDDEN = {"title": "Forbidden", "status": 403, "detail": "Account is not active, access denied."}


def test_an_expired_token_is_renewed_and_the_request_repeated_once(remote: Bol) -> None:
    tokens = Tokens()
    remote.answers("POST", "/retailer/shipments", EXPIRED, 401)
    remote.answers("POST", "/retailer/shipments", ACCEPTED, 202)

    with bol.Client(tokens) as client:
        status = client.shipments.create([bol.ShipmentItem("2012345678", 1)])

    assert status.process_status_id == "1234567"
    assert tokens.rejected == ["token-1"]
    assert [request.headers["Authorization"] for request in remote.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
    assert remote.requests[0].body == remote.requests[1].body


def test_a_token_refused_twice_is_an_error(remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders", EXPIRED, 401)

    with (
        bol.Client(Tokens()) as client,
        pytest.raises(bol.Unauthorized, match="401 Expired JWT: JWT expired"),
    ):
        client.orders.list()

    assert len(remote.requests) == 2


def test_a_forbidden_account_is_no_reason_for_another_token(remote: Bol) -> None:
    tokens = Tokens()
    remote.answers("GET", "/retailer/orders", FORBIDDEN, 403)

    with bol.Client(tokens) as client, pytest.raises(bol.Forbidden, match="Account is not active"):
        client.orders.list()

    assert tokens.rejected == []
    assert len(remote.requests) == 1


def test_a_fixed_token_is_not_renewed(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders", EXPIRED, 401)

    with pytest.raises(bol.TokenExpired):
        client.orders.list()

    assert len(remote.requests) == 1


def test_without_a_token_nothing_is_sent(remote: Bol) -> None:
    remote.answers("POST", "https://login.bol.com/token", {"error": "invalid_client"}, 401)
    tokens = bol.MemoryTokens(bol.Login("id", "secret"))

    with bol.Client(tokens) as client, pytest.raises(bol.InvalidCredentials):
        client.orders.list()

    assert [request.url for request in remote.requests] == ["https://login.bol.com/token"]
