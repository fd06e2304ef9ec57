"""Few workers, and a connection whose every answer takes long: the orders of another one arrive all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import Installation, RemoteSandbox, installation, start_sandbox, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.long, pytest.mark.django_db(transaction=True)]

EAN, SLOW_SECONDS = "8710000000017", 6
# The slow one has work for many minutes; a run of it ends after less than one.
ORDERS = {"Ill": 60, "Well": 3}
FETCHED = """
from orders.models import Order
result = Order.objects.filter(connection__name={name!r}).count()
"""


def test_two_workers_come_to_the_others_while_one_connection_is_slow(tmp_path: Path) -> None:
    with installation(tmp_path, Q_WORKERS="2") as shop:
        sandbox = start_sandbox(shop)
        for name, count in ORDERS.items():
            _connect(shop, name, sandbox.url)
            sandbox.ask("POST", "/_sandbox/offers", {"retailer": name, "ean": EAN, "price": 9, "stock": 900})
            _sell(sandbox, name, count)
        slow = {"kind": "slow", "delay_s": SLOW_SECONDS, "path": "/retailer/*", "retailer": "Ill"}
        sandbox.ask("POST", "/_sandbox/faults", slow | {"times": 10_000})
        shop.start("qcluster")

        assert wait_until(lambda: shop.shell(FETCHED.format(name="Well")) == ORDERS["Well"], 120)
        assert shop.shell(FETCHED.format(name="Ill")) < ORDERS["Ill"], "the slow one is at it still"


def _connect(shop: Installation, name: str, url: str) -> None:
    shop.manage(
        "add_connection", name, "--client-id", name, "--api-url", url, "--login-url", url, "--live",
        BOL_CLIENT_SECRET="secret",
    )  # fmt: skip


def _sell(sandbox: RemoteSandbox, name: str, count: int) -> None:
    for _order in range(count):
        sandbox.ask("POST", "/_sandbox/orders", {"retailer": name, "items": [{"ean": EAN, "quantity": 1}]})
