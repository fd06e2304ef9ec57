"""The other side of the client's tests: canned answers at bol's addresses, and a raw socket that can misbehave."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import responses
from requests import PreparedRequest

from connections import bol

V10 = "application/vnd.retailer.v10+json"
V11 = "application/vnd.retailer.v11+json"
ACCEPTED = {
    "processStatusId": "1234567",
    "eventType": "CREATE_SHIPMENT",
    "description": "Create shipment.",
    "status": "PENDING",
    "createTimestamp": "2026-11-14T09:34:41+01:00",
    "links": [],
}


class Bol:
    """Answers at bol's own addresses, and remembers what it was asked."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def answers(
        self,
        method: str,
        path: str,
        answer: Any = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Answer with JSON, or with bytes as they are. Answers to the same address are given in turn."""
        body = answer if isinstance(answer, bytes | Exception) else json.dumps(answer)
        url = path if path.startswith("http") else bol.PRODUCTION_API_URL + path
        kind = (headers or {}).get("Content-Type", f"{V10};charset=UTF-8")
        rest = {name: value for name, value in (headers or {}).items() if name != "Content-Type"}
        self._mock.add(method, url, body=body, status=status, content_type=kind, headers=rest)

    @property
    def requests(self) -> list[PreparedRequest]:
        """Give the requests that were made, oldest first."""
        return [call.request for call in self._mock.calls]

    @property
    def last(self) -> PreparedRequest:
        """Give the last request."""
        return self.requests[-1]

    @property
    def last_query(self) -> list[tuple[str, str]]:
        """Give the query of the last request."""
        return parse_qsl(urlsplit(self.last.url or "").query)

    @property
    def last_body(self) -> Any:
        """Give the JSON of the last request, decimals as text."""
        return json.loads(self.last.body or b"null", parse_float=str)


class Tokens:
    """Tokens that are numbered and remember which were refused."""

    def __init__(self) -> None:
        self.current = 1
        self.rejected: list[str] = []

    def get(self) -> str:
        return f"token-{self.current}"

    def renew(self, rejected: str) -> str:
        self.rejected.append(rejected)
        self.current += 1
        return self.get()


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **duration: float) -> None:
        self.time += timedelta(**duration)


@contextlib.contextmanager
def a_server(behave: Callable[[socket.socket], None]) -> Iterator[RawServer]:
    """Serve on a free local port; `behave` gets each connection after its request was read."""
    server = RawServer(behave)
    try:
        yield server
    finally:
        server.stop()


class RawServer:
    """A TCP server that reads one request per connection and then does as it likes."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self.requests: list[bytes] = []
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.requests.append(read_request(connection))
            self._behave(connection)


def read_request(connection: socket.socket) -> bytes:
    """Read one request whole; closing on what is unread would reset the connection under the answer."""
    connection.settimeout(5)
    received = b""
    while not _is_whole(received):
        received += connection.recv(65536)
    return received


def _is_whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return bool(end) and len(body) >= int(length.group(1) if length else 0)
