"""Connections as they are made and kept: reuse, many threads, and TLS with a certificate of our own."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connections import bol
from tests.connections.bol.answering import read_request

THREADS = 8


class Counting(ThreadingHTTPServer):
    """A keep-alive server that counts its connections and repeats the token it was shown."""

    daemon_threads = True

    def __init__(self) -> None:
        self.connections = 0
        super().__init__(("127.0.0.1", 0), Answering)

    def process_request(self, request: object, client_address: object) -> None:
        self.connections += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        token = self.headers["Authorization"].removeprefix("Bearer ")
        body = b'{"orderId":"%s"}' % token.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_connection_is_used_again(server: Counting) -> None:
    with bol.Client(bol.FixedToken("t"), api_url=f"http://127.0.0.1:{server.server_port}") as client:
        for _ in range(5):
            client.orders.get("A1")

    assert server.connections == 1


def test_many_threads_and_accounts_share_a_session_and_mix_nothing_up(server: Counting) -> None:
    address = f"http://127.0.0.1:{server.server_port}"
    with bol.make_session(THREADS) as session, ThreadPoolExecutor(2 * THREADS) as pool:
        shared = bol.Client(bol.FixedToken("none"), api_url=address, session=session)
        accounts = [f"token-{number}" for number in range(200)]

        def ask(account: str) -> str:
            with shared.using(tokens=bol.FixedToken(account)) as client:
                return client.orders.get("A1").order_id

        assert list(pool.map(ask, accounts)) == accounts
    assert server.connections <= THREADS


def test_closing_a_client_leaves_a_shared_session_open(server: Counting) -> None:
    address = f"http://127.0.0.1:{server.server_port}"
    with bol.make_session(1) as session:
        for _ in range(2):
            with bol.Client(bol.FixedToken("t"), api_url=address, session=session) as client:
                client.orders.get("A1")

    assert server.connections == 1


def test_the_environment_sends_nothing_elsewhere(server: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with bol.Client(bol.FixedToken("t"), api_url=f"http://127.0.0.1:{server.server_port}") as client:
        assert client.orders.get("A1").order_id == "t"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a key and a certificate for 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bol in a test")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1))
    builder = builder.not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(address, critical=False)
    built = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signed = built.sign(key, hashes.SHA256())
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@contextlib.contextmanager
def a_secure_server(certificate: Path, behave: Callable[[ssl.SSLSocket], None]) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection, context.wrap_socket(connection, server_side=True) as secure:
                read_request(secure)
                behave(secure)

    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(timeout=5)


def ship(address: str, trusted: Path | None) -> bol.ProcessStatus:
    with bol.make_session(1) as session:
        session.verify = str(trusted) if trusted else True
        client = bol.Client(bol.FixedToken("t"), api_url=address, session=session)
        return client.shipments.create([bol.ShipmentItem("1", 1)])


def test_a_trusted_certificate_is_spoken_to(certificate: Path) -> None:
    body = b'{"processStatusId":"7","status":"PENDING"}'
    answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    with a_secure_server(certificate, lambda secure: secure.sendall(answer)) as address:
        assert ship(address, certificate).process_status_id == "7"


def test_an_unknown_certificate_is_not_spoken_to(certificate: Path) -> None:
    with (
        a_secure_server(certificate, lambda secure: None) as address,
        pytest.raises(bol.NotSent),
    ):
        ship(address, trusted=None)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 202 Accepted\r\nContent-Length: 99\r\n\r\n{"])
def test_tls_that_breaks_after_sending_leaves_the_outcome_unknown(certificate: Path, start: bytes) -> None:
    def break_off(secure: ssl.SSLSocket) -> None:
        if start:
            secure.sendall(start)
        secure.shutdown(socket.SHUT_RDWR)  # without the goodbye that TLS asks for

    with (
        a_secure_server(certificate, break_off) as address,
        pytest.raises(bol.Interrupted),
    ):
        ship(address, certificate)
