"""`kill -9` in the middle of the work: the same end as without it, and nothing twice."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.processes import Installation, RemoteSandbox, installation, kill_session, start_sandbox, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

OFFERS = 150
ORDERS = 50

# Short leases: what a dead worker held is free again after seconds instead of a minute.
HURRY = {"BOL_LEASE_SECONDS": "8", "BOL_CALL_SECONDS": "4", "BOL_SETTLE_SECONDS": "3"}

OPEN = """
from connections.models import OutboxMessage
result = OutboxMessage.objects.open().count()
"""
SHIP = """
from orders.models import Order
from orders.services import Parcel, mark_shipped
parcels = [Parcel(order.pk, "TNT", f"3STEST{order.pk:09}") for order in Order.objects.all()]
result = len(mark_shipped(parcels).shipments)
"""
FETCHED = """
from orders.models import Order
result = Order.objects.count()
"""
BOUGHT = """
from orders.models import OrderItem
result = list(OrderItem.objects.values_list("order_item_id", "quantity"))
"""
CONFIRMED = """
from orders.models import Shipment
result = Shipment.objects.filter(state=Shipment.State.CONFIRMED).count()
"""


@pytest.fixture
def shop(tmp_path):
    with installation(tmp_path, **HURRY) as shop:
        yield shop


@pytest.fixture
def sandbox(shop: Installation) -> RemoteSandbox:
    sandbox = start_sandbox(shop, "--latency-ms", "100")
    shop.manage(
        "add_connection", "Shop", "--client-id", "shop", "--api-url", sandbox.url, "--login-url", sandbox.url, "--live",
        BOL_CLIENT_SECRET="secret",
    )  # fmt: skip
    return sandbox


def effects(sandbox: RemoteSandbox, name: str) -> int:
    return sum(line["effect"] == name for line in sandbox.ledger())


def kill_in_the_middle(shop: Installation, sandbox: RemoteSandbox, effect: str, some: int) -> None:
    """Let a worker begin, kill it and all its processes, and let another one go on."""
    shop.kill_all("qcluster")
    worker = shop.start("qcluster")
    assert wait_until(lambda: effects(sandbox, effect) >= some), "the worker did not begin"
    kill_session(worker.pid)
    shop.start("qcluster")


def test_offers_and_parcels_survive_a_killed_worker(shop, sandbox, tmp_path):
    shop.shell(
        f"from pathlib import Path\nfrom backoffice import demo\n"
        f"demo.write_assortment(Path({str(tmp_path / 'assortment.csv')!r}), {OFFERS})\nresult = 1"
    )
    shop.manage("import_assortment", str(tmp_path / "assortment.csv"))
    kill_in_the_middle(shop, sandbox, "OFFER_CREATED", some=20)
    assert wait_until(lambda: effects(sandbox, "OFFER_CREATED") >= OFFERS and shop.shell(OPEN) == 0, 120)
    created = Counter(line["ean"] for line in sandbox.ledger() if line["effect"] == "OFFER_CREATED")
    assert (len(created), set(created.values())) == (OFFERS, {1})

    sandbox.ask("POST", "/_sandbox/orders", {"count": ORDERS})
    assert wait_until(lambda: shop.shell(FETCHED) == ORDERS), "the orders were not fetched"
    shop.kill_all("qcluster")
    assert shop.shell(SHIP) == ORDERS
    kill_in_the_middle(shop, sandbox, "ITEM_SHIPPED", some=10)
    assert wait_until(lambda: shop.shell(CONFIRMED) == ORDERS, 180)
    shipped = [
        (line["item"], line["quantity"]) for line in sandbox.ledger() if line["effect"] == "ITEM_SHIPPED"
    ]
    assert sorted(shipped) == sorted(map(tuple, shop.shell(BOUGHT)))
