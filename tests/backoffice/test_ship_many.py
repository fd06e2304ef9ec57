"""Five hundred parcels that are marked shipped in one action are announced at bol's full budget and no faster."""

from __future__ import annotations

import pytest

from tests.processes import installation, start_sandbox
from tests.throughput import share_of_budget

pytestmark = [pytest.mark.processes, pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

ORDERS = 500
ANNOUNCE = "POST /retailer/shipments"
MARK_ALL = """
from orders.models import Order
from orders.services import Parcel, mark_shipped
parcels = [Parcel(order.pk, "TNT", f"3STEST{order.pk:09}") for order in Order.objects.to_ship()]
result = len(mark_shipped(parcels).shipments)
"""
CONFIRMED = """
from orders.models import Shipment
result = Shipment.objects.filter(state="confirmed").count()
"""


@pytest.fixture
def shop(tmp_path):
    with installation(tmp_path) as shop:
        yield shop


def test_500_parcels_are_announced_at_the_full_budget(shop):
    sandbox = start_sandbox(shop, "--latency-ms", "100")
    address = ("--api-url", sandbox.url, "--login-url", sandbox.url)
    shop.manage(
        "add_connection", "Shop", "--client-id", "shop", *address, "--live", BOL_CLIENT_SECRET="secret"
    )
    offer = {"retailer": "shop", "ean": "8710000000017", "price": 12.5, "stock": 999}
    sandbox.ask("POST", "/_sandbox/offers", offer | {"unknownProductTitle": "Article"})
    items = [{"ean": "8710000000017"}]
    sandbox.ask("POST", "/_sandbox/orders", {"count": ORDERS, "retailer": "shop", "items": items})
    shop.manage("run_flow", "orders")
    assert shop.shell(MARK_ALL) == ORDERS

    shop.manage("run_flow", "outbox")
    shop.manage("run_flow", "process-statuses")

    shipped = [line for line in sandbox.ledger() if line["effect"] == "ITEM_SHIPPED"]
    assert len({line["item"] for line in shipped}) == len(shipped) == ORDERS
    stats = sandbox.stats()
    assert stats["rate_limited"] == 0
    assert stats["requests"][ANNOUNCE] == {"202": ORDERS}
    assert shop.shell(CONFIRMED) == ORDERS
    share = share_of_budget(ANNOUNCE, shipped)
    assert share >= 0.9, f"only {share:.0%} of the budget was used"
