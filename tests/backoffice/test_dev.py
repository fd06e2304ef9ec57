"""`make run`, as a new user meets it: buy at the local bol.com, ship, see it confirmed, stop, go on."""

from __future__ import annotations

import re
import signal
import urllib.request

import psutil
import pytest
from django.db import connection as database

from tests.processes import Installation, RemoteSandbox, free_port, wait_until

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        database.vendor != "sqlite", reason="shows the embedded default; the rest runs on both"
    ),
]

PUBLISHED = """
from offers.models import Offer
result = Offer.objects.filter(status="on_sale").count()
"""
ORDERS = """
from orders.models import Order
result = list(Order.objects.values_list("order_id", flat=True))
"""
SHIPMENTS = """
from orders.models import Shipment
result = list(Shipment.objects.values_list("state", flat=True))
"""


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def is_up(address: str) -> bool:
    try:
        return bool(page(address))
    except OSError:
        return False


def test_from_nothing_to_a_confirmed_parcel_and_on_after_a_restart(tmp_path):
    shop = Installation(tmp_path, f"sqlite:///{tmp_path}/backoffice.sqlite3")
    port, sandbox_port = free_port(), free_port()
    options = ("--port", str(port), "--sandbox-port", str(sandbox_port), "--offers", "12")
    web, sandbox = f"http://127.0.0.1:{port}/admin/login/", RemoteSandbox(f"http://127.0.0.1:{sandbox_port}")
    try:
        running = shop.start("dev", *options)
        assert wait_until(lambda: is_up(web)), log_of(shop)
        assert "Back office" in page(web)
        assert re.search(r"Login +admin / \S+", log_of(shop))
        assert wait_until(lambda: shop.shell(PUBLISHED) == 12), log_of(shop)

        order_id = sandbox.ask("POST", "/_sandbox/orders", {"count": 1})["orderIds"][0]
        assert wait_until(lambda: shop.shell(ORDERS) == [order_id]), (
            "the order did not arrive within a minute"
        )
        shop.manage("mark_shipped", order_id, "--transporter", "TNT", "--track-and-trace", "3STEST0000001")
        assert wait_until(lambda: shop.shell(SHIPMENTS) == ["confirmed"]), log_of(shop)
        shipped = [line for line in sandbox.ledger() if line["effect"] == "ITEM_SHIPPED"]
        assert {line["track_and_trace"] for line in shipped} == {"3STEST0000001"}

        everybody = [running, *running.children(recursive=True)]
        running.send_signal(signal.SIGINT)
        _gone, left = psutil.wait_procs(everybody, timeout=45)
        assert left == [], log_of(shop)

        before = len(everybody)
        again = shop.start("dev", *options)
        assert wait_until(lambda: is_up(web) and sandbox.answers()), log_of(shop)
        assert [line for line in sandbox.ledger() if line["effect"] == "ITEM_SHIPPED"] == shipped
        assert shop.shell(PUBLISHED) == 12
        assert wait_until(lambda: len(again.children(recursive=True)) + 1 >= before)
    finally:
        shop.kill_all()


def log_of(shop: Installation) -> str:
    return (shop.folder / "dev.log").read_text()
