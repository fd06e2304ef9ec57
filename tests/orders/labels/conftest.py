"""A shop whose articles bol carries with its own labels."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections.models import Connection
from orders.models import Order
from tests.conftest import CLIENT_ID

EANS = ["8710000000055", "8710000000062"]


@pytest.fixture
def via_bol(shop: Connection, sandbox, fetch) -> Callable[..., Order]:
    """A customer buys so many of articles that are sent via bol, and we have heard of it."""
    for ean in EANS:
        sandbox.add_offer(
            CLIENT_ID,
            {
                "ean": ean,
                "price": 12.5,
                "stock": 900,
                "unknownProductTitle": f"Article {ean}",
                "fulfilment": {"method": "FBR", "schedule": "SHIPPING_VIA_BOL"},
            },
        )

    def order(*quantities: int) -> Order:
        items = [
            {"ean": ean, "quantity": quantity}
            for ean, quantity in zip(EANS, quantities or (1,), strict=False)
        ]
        [order_id] = sandbox.place_orders(retailer=CLIENT_ID, items=items, country="NL")
        fetch(shop)
        return Order.objects.get(order_id=order_id)

    return order


@pytest.fixture
def bought_labels(effects) -> Callable[[], list[tuple[str, str]]]:
    """The labels that bol really sold: order and name, in order."""
    return lambda: [(effect["order"], effect["name"]) for effect in effects("LABEL_BOUGHT")]
