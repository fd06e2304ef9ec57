"""No secret and no token in a text, a repr, a log or an exception."""

from __future__ import annotations

import base64
import logging
import traceback
from typing import Any

import pytest

from connections import bol
from tests.connections.bol.answering import Bol, a_server

SECRET = "SECRETCANARY123"
TOKEN = "TOKENCANARY456"
LOGIN_URL = "https://login.bol.com/token"
ECHOED = base64.b64encode(f"id:{SECRET}".encode()).decode()


def told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


def test_credentials_and_tokens_do_not_show_themselves() -> None:
    login = bol.Login("id", SECRET)
    shown = [login, bol.MemoryTokens(login), bol.FixedToken(TOKEN), bol.Client(bol.FixedToken(TOKEN))]

    assert not any(word in f"{thing!r}{thing}" for thing in shown for word in (SECRET, TOKEN))


@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
def test_a_login_page_that_repeats_the_secret_is_not_quoted(remote: Bol, status: int) -> None:
    answer = {"error": f"<{SECRET}>", "error_description": f"Basic {ECHOED}/{SECRET}", "scope": SECRET}
    remote.answers("POST", LOGIN_URL, answer, status)

    with pytest.raises(bol.LoginError) as caught:
        bol.Login("id", SECRET).fetch_token()

    assert SECRET not in told(caught.value)
    assert ECHOED not in told(caught.value)


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_a_problem_that_repeats_the_token_is_not_quoted(remote: Bol, status: int) -> None:
    answer = {"title": f"Bearer {TOKEN}", "violations": [{"name": TOKEN, "reason": TOKEN}]}
    remote.answers("GET", "/retailer/orders", answer, status)

    with bol.Client(bol.FixedToken(TOKEN)) as client, pytest.raises(bol.ApiError) as caught:
        client.orders.list()

    assert TOKEN not in told(caught.value)


@pytest.mark.parametrize("ending", ["\r\nX-Evil: 1", " ", "é", "\x00"])
def test_a_token_that_no_header_can_carry_is_not_quoted(remote: Bol, ending: str) -> None:
    with bol.Client(bol.FixedToken(TOKEN + ending)) as client, pytest.raises(bol.LoginError) as caught:
        client.orders.list()

    assert TOKEN not in told(caught.value)
    assert remote.requests == []


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        a_server(
            lambda connection: connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
        ) as server,
        bol.Client(bol.FixedToken(TOKEN), api_url=server.url) as client,
    ):
        for ask in (client.orders.list, bol.Login("id", SECRET, server.url).fetch_token):
            with pytest.raises(bol.BolError):
                ask()

    assert TOKEN.encode() in server.requests[0]
    assert ECHOED.encode() in server.requests[1]
    assert not any(word in caplog.text for word in (SECRET, TOKEN, ECHOED))


def test_personal_data_does_not_show_itself(client: bol.Client, remote: Bol) -> None:
    person: dict[str, Any] = {"firstName": "Billie", "surname": "Jansen", "streetName": "Dorpstraat"}
    answer = {"orderId": "A1", "shipmentDetails": person, "billingDetails": person}
    remote.answers("GET", "/retailer/orders/A1", answer)
    order = client.orders.get("A1")

    assert order.shipment_details is not None
    assert order.shipment_details.first_name == "Billie"
    assert not any(name in f"{order!r}{order}{order.shipment_details!r}" for name in person.values())
