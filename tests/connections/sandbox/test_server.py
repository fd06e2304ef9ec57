"""The server: connections that stay open, an end that comes at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.test import Client

from connections.bol.sandbox import Sandbox, serve
from tests.openapi import V11

from .seller import Seller, offer

PROGRAM = "import sys; from connections.bol.sandbox import run; run(port=0, state=sys.argv[1])"


def test_one_connection_serves_many_requests(bol):
    address = urlsplit(bol.url)
    request = b"GET /_sandbox/clock HTTP/1.1\r\nHost: bol\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(request)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_a_refused_body_does_not_spoil_the_next_request(bol, seller):
    media = {"Accept": V11, "Content-Type": "text/plain"}
    statuses = [
        seller.session.post(f"{seller.url}/retailer/offers", data=b"x" * 100_000, headers=media).status_code
        for _ in range(3)
    ]

    assert statuses == [415, 415, 415]


def test_a_body_in_chunks_is_read(bol, seller):
    body = iter([b'{"onHoldByRetailer":', b" true}"])
    offer_id = seller.create_offer()

    media = {"Accept": V11, "Content-Type": V11}
    answer = seller.session.patch(f"{seller.url}/retailer/offers/{offer_id}", data=body, headers=media)

    assert answer.status_code == 204
    assert seller.get_offer(offer_id)["onHoldByRetailer"] is True


def test_the_end_comes_at_once_although_connections_are_open():
    bol = Sandbox(limits="off")
    with serve(bol) as server, requests.Session() as session:
        session.get(f"{server.url}/_sandbox/clock")
        bol.add_fault({"kind": "timeout", "path": "/retailer/*", "delay_s": 60})
        address = urlsplit(server.url)
        waiting = socket.create_connection((address.hostname, address.port))
        waiting.sendall(b"GET /retailer/orders HTTP/1.1\r\nHost: bol\r\n\r\n")
        began = time.monotonic()
    waiting.close()

    assert time.monotonic() - began < 1


def test_a_port_is_free_again_after_the_end():
    with serve(Sandbox()) as server:
        port = urlsplit(server.url).port or 0
    with serve(Sandbox(), port=port) as server:
        assert requests.get(f"{server.url}/_sandbox/clock", timeout=5).status_code == 200


def test_latency_is_added_to_the_api_only(start, seller_at):
    _, url = start(latency=timedelta(milliseconds=200))
    seller = seller_at(url)

    began = time.monotonic()
    seller.send("GET", "/retailer/orders")
    slow = time.monotonic() - began
    began = time.monotonic()
    seller.session.get(f"{url}/_sandbox/clock")

    assert slow >= 0.2
    assert time.monotonic() - began < 0.2


def test_the_application_works_without_a_server():
    client = Client(Sandbox(limits="off").wsgi_app)
    token = client.post("/token", auth=("shop", "secret"), data={"grant_type": "client_credentials"})
    media = {
        "Accept": V11,
        "Content-Type": V11,
        "Authorization": f"Bearer {token.get_json()['access_token']}",
    }

    assert client.post("/retailer/offers", json=offer(), headers=media, content_type=V11).status_code == 201


@pytest.mark.processes
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_sandbox_that_is_told_to_stop_keeps_its_state(tmp_path, ending):
    file = tmp_path / "bol.json"
    command = [sys.executable, "-c", PROGRAM, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        seller = Seller(url)
        with seller.session:
            seller.log_in()
            offer_id = seller.create_offer()
        process.send_signal(ending)
        rest = process.communicate(timeout=10)[0]

    assert process.returncode == 0
    assert rest == "", "requests are not printed"
    assert offer_id in file.read_text()
