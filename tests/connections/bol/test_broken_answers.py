"""Answers that end early, never, or say nothing: over real sockets where the socket is what breaks."""

from __future__ import annotations

import io
import socket
import struct
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connections import bol
from tests.connections.bol.answering import ACCEPTED, Bol, a_server

HEAD = b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
SHIPMENT = [bol.ShipmentItem("2012345678", 1)]


def shipping_to(behave: Callable[[socket.socket], None]) -> Any:
    """Ship to a server that behaves like this; give the error and the number of requests it got."""
    with (
        a_server(behave) as server,
        bol.Client(bol.FixedToken("t"), api_url=server.url) as client,
        pytest.raises(bol.BolError) as caught,
    ):
        client.shipments.create(SHIPMENT)
    assert len(server.requests) == 1
    return caught.value


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_halfway(connection: socket.socket) -> None:
    connection.sendall(HEAD + b'{"processStatusId"')
    reset(connection)


def trickle(connection: socket.socket, start: bytes) -> None:
    connection.sendall(start)
    for _ in range(600):
        connection.sendall(b"x")
        time.sleep(0.02)


@pytest.mark.parametrize(
    "behave",
    [
        lambda connection: None,
        reset,
        reset_halfway,
        lambda connection: connection.sendall(HEAD + b'{"processStatusId": "1"'),
        lambda connection: connection.sendall(b"nonsense\r\n\r\n"),
        lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"
        ),
        lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabcd"
        ),
    ],
    ids=["closed", "reset", "reset halfway", "truncated", "no HTTP", "no gzip", "no chunks"],
)
def test_an_answer_that_breaks_off_leaves_the_outcome_unknown(
    behave: Callable[[socket.socket], None],
) -> None:
    assert type(shipping_to(behave)) is bol.Interrupted


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.orders.list(),
        lambda client: client.offers.delete("o1"),
        lambda client: client.offers_v10.update_stock("o1", 1, managed_by_retailer=False),
    ],
    ids=["GET", "DELETE", "PUT"],
)
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 503 No\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"])
def test_nothing_below_us_repeats_a_request(ask: Callable[[bol.Client], Any], answer: bytes) -> None:
    with (
        a_server(lambda connection: connection.sendall(answer)) as server,
        bol.Client(bol.FixedToken("t"), api_url=server.url) as client,
        pytest.raises(bol.BolError),
    ):
        ask(client)

    assert len(server.requests) == 1


def test_half_a_header_leaves_the_outcome_unknown() -> None:
    error = shipping_to(lambda connection: connection.sendall(HEAD[:22] + b"\r\n"))

    assert isinstance(error, bol.OutcomeUnknown)


def keep_silent(connection: socket.socket) -> None:
    connection.settimeout(2)
    connection.recv(1)


def test_silence_ends_at_the_read_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connections.bol.wire.READ_TIMEOUT", timedelta(seconds=0.2))
    started = time.monotonic()

    error = shipping_to(keep_silent)

    assert type(error) is bol.Interrupted
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "start",
    [HEAD.replace(b"100", b"10000"), b"HTTP/1.1 202 Accepted\r\nX-Slow: "],
    ids=["body", "header"],
)
def test_bytes_that_trickle_end_at_the_deadline(monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    monkeypatch.setattr("connections.bol.sockets.ANSWER_DEADLINE", timedelta(seconds=0.4))
    started = time.monotonic()

    error = shipping_to(lambda connection: trickle(connection, start))

    assert type(error) is bol.Interrupted
    assert time.monotonic() - started < 4


def test_an_answer_larger_than_its_bound_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    monkeypatch.setattr("connections.bol.resources.offers_v10._MAX_EXPORT", 1_000_000)
    with (
        a_server(pour) as server,
        bol.Client(bol.FixedToken("t"), api_url=server.url) as own,
        pytest.raises(bol.Interrupted, match="larger than 1000000 bytes"),
    ):
        own.offers_v10.fetch_export("r1", io.BytesIO())


def test_a_refusal_that_breaks_off_is_still_a_refusal() -> None:
    head = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 4\r\nContent-Length: 100\r\n\r\n{"

    error = shipping_to(lambda connection: connection.sendall(head))

    assert type(error) is bol.RateLimited
    assert error.retry_after == timedelta(seconds=4)


def test_a_redirect_is_not_followed() -> None:
    with a_server(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as elsewhere:
        location = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode()

        error = shipping_to(lambda connection: connection.sendall(location))

        assert type(error) is bol.Unreadable
        assert elsewhere.requests == []


def test_a_refused_connection_is_surely_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with (
        bol.Client(bol.FixedToken("t"), api_url=f"http://127.0.0.1:{port}") as client,
        pytest.raises(bol.NotSent),
    ):
        client.shipments.create(SHIPMENT)


def test_an_unknown_host_is_surely_not_sent() -> None:
    with (
        bol.Client(bol.FixedToken("t"), api_url="http://nowhere.invalid") as client,
        pytest.raises(bol.NotSent),
    ):
        client.shipments.create(SHIPMENT)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""], ids=["plain HTTP", "closed"])
def test_without_tls_nothing_is_sent(answer: bytes) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        bol.Client(
            bol.FixedToken("SECRETCANARY123"), api_url=f"https://127.0.0.1:{listener.getsockname()[1]}"
        ) as client,
    ):
        received = answer_one(listener, answer)

        with pytest.raises(bol.NotSent):
            client.shipments.create(SHIPMENT)

        assert b"SECRETCANARY123" not in received()


def test_a_handshake_that_never_ends_is_surely_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connections.bol.wire.CONNECT_TIMEOUT", timedelta(seconds=0.2))
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        bol.Client(bol.FixedToken("t"), api_url=f"https://127.0.0.1:{silent.getsockname()[1]}") as client,
        pytest.raises(bol.NotSent),
    ):
        client.shipments.create(SHIPMENT)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"", 202),
        (b"<html>We are working on it</html>", 200),
        (b'{"processStatusId": "1", "status": "PEND', 202),
        (b"null", 202),
        (b"[]", 202),
        (b"{}", 202),
        ({**ACCEPTED, "processStatusId": None}, 202),
        ({**ACCEPTED, "processStatusId": ""}, 202),
        (b"", 204),
        (b"[" * 100_000, 202),
    ],
)
def test_a_success_that_says_nothing_leaves_the_outcome_unknown(
    client: bol.Client, remote: Bol, answer: Any, status: int
) -> None:
    remote.answers("POST", "/retailer/shipments", answer, status)

    with pytest.raises(bol.Unreadable):
        client.shipments.create(SHIPMENT)


@pytest.mark.parametrize(("answer", "status"), [(b"<html>", 200), (b"", 200), (ACCEPTED, 202)])
def test_only_a_204_confirms_a_change(client: bol.Client, remote: Bol, answer: Any, status: int) -> None:
    remote.answers("PATCH", "/retailer/offers/o1", answer, status)

    with pytest.raises(bol.Unreadable):
        client.offers.update("o1", bol.PatchOffer(reference="x"))


@pytest.mark.parametrize("answer", [b"<html>", b"", b"\xff", b'{"orders": {}}', b'{"orders": [{}]}'])
def test_a_list_that_cannot_be_read_is_not_an_empty_list(
    client: bol.Client, remote: Bol, answer: bytes
) -> None:
    remote.answers("GET", "/retailer/orders", answer)

    with pytest.raises(bol.Unreadable):
        client.orders.list()


def test_a_list_that_is_not_found_is_not_an_empty_list(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders", {}, 404)

    with pytest.raises(bol.NotFound):
        client.orders.list()


def answer_one(listener: socket.socket, answer: bytes) -> Callable[[], bytes]:
    """Accept one connection in the background, answer it, and give what it said."""
    received: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(2)
            received.append(connection.recv(65536))
            connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def said() -> bytes:
        thread.join(timeout=5)
        return b"".join(received)

    return said
