"""Serves the sandbox over real HTTP, with connections that stay open as those of bol do."""

from __future__ import annotations

import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from types import FrameType
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from connections.bol.sandbox import storage
from connections.bol.sandbox.assumptions import Assumptions
from connections.bol.sandbox.notifying import posting
from connections.bol.sandbox.sandbox import Sandbox

SAVE_EVERY = 1.0
RETURNED_SHARE = 0.1
LABEL_TAKES = timedelta(seconds=3)
HANG_UP_AT_ONCE = struct.pack("ii", 1, 0)
FAILED = "500 Internal Server Error", [("Content-Type", "text/html")], b"Internal Server Error"

Reply = tuple[str, list[tuple[str, str]], bytes]


class Handler(WSGIRequestHandler):
    """One connection; werkzeug's own handler would close it after every answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        with suppress(OSError):
            super().finish()

    def run_wsgi(self) -> None:
        """Read the request to its end, so that the next one starts where it should, and answer it."""
        environ = self.make_environ()
        environ["wsgi.input"] = BytesIO(self._read_body(environ))
        try:
            self._send(self._reply(environ))
        except ConnectionError:
            self._hang_up()

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read())
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _reply(self, environ: dict[str, Any]) -> Reply:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started.append((status, headers))

        try:
            body = b"".join(self.server.app(environ, start_response))
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001 - a defect of the sandbox must be seen, and must not end the server
            traceback.print_exc(file=sys.stderr)
            return FAILED
        return *started[0], body

    _headers_buffer: list[bytes]

    def _send(self, reply: Reply) -> None:
        """Write head and body in one piece: in two, the second would wait for the other side."""
        status, headers, body = reply
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        if "content-length" not in {name.lower() for name, _ in headers} and int(code) != 204:
            headers = [*headers, ("Content-Length", str(len(body)))]
        for name, value in headers:
            self.send_header(name, value)
        head = b"".join(self._headers_buffer) + b"\r\n"
        self._headers_buffer = []
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP_AT_ONCE)
            self.connection.close()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""


class Server(ThreadedWSGIServer):
    """Threads that end with the server, and a list of the connections that have to be closed then."""

    daemon_threads = True

    def __init__(self, host: str, port: int, app: Any) -> None:
        self._connections: set[socket.socket] = set()
        self._changing = threading.Lock()
        super().__init__(host, port, app, handler=Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._changing:
            self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._changing:
            self._connections.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""

    def close_connections(self) -> None:
        """Hang up on everybody."""
        with self._changing:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Running:
    """A sandbox that can be reached at `url`."""

    sandbox: Sandbox
    url: str


@contextmanager
def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> Iterator[Running]:
    """Serve in a thread for as long as the block lasts; port 0 is any free one."""
    server = Server(host, port, sandbox.wsgi_app)
    sandbox.application.closing.clear()
    stopped = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.02,), name="sandbox", daemon=True),
        threading.Thread(target=_keep_saved, args=(sandbox, stopped), name="sandbox-state", daemon=True),
        threading.Thread(
            target=posting.keep_posting, args=(sandbox.state, stopped), name="sandbox-post", daemon=True
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        yield Running(sandbox, f"http://{host}:{server.port}")
    finally:
        stopped.set()
        _stop(server, sandbox)
        for thread in threads:
            thread.join()
        sandbox.save()


def _stop(server: Server, sandbox: Sandbox) -> None:
    sandbox.application.closing.set()
    server.shutdown()
    server.close_connections()
    server.server_close()


def _keep_saved(sandbox: Sandbox, stopped: threading.Event) -> None:
    """Save what is new at most once a second, and never for more than a twentieth of the time."""
    saved: tuple[object, ...] = ()
    pause = SAVE_EVERY
    while not stopped.wait(pause):
        current = storage.fingerprint(sandbox.state)
        if current == saved:
            continue
        began = time.monotonic()
        sandbox.save()
        saved = current
        pause = max(SAVE_EVERY, 20 * (time.monotonic() - began))


def run(
    port: int = 8900,
    host: str = "127.0.0.1",
    seed: int = 1,
    latency_ms: int = 0,
    limits: str | None = None,
    state: str | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then keep the state; prints one line with the address."""
    sandbox = Sandbox(
        seed=seed,
        limits=limits,
        latency=timedelta(milliseconds=latency_ms),
        process_delay=timedelta(seconds=1),
        returned_share=RETURNED_SHARE,
        variety=True,
        assumptions=Assumptions(a_label_is_ready_after=LABEL_TAKES),
        state_file=state,
    )
    asked_to_stop = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        asked_to_stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with serve(sandbox, host, port) as running:
        print(f"A local bol.com listens at {running.url}", flush=True)  # noqa: T201 - for the person who started it
        asked_to_stop.wait()
