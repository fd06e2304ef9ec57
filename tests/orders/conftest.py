"""A shop with articles that customers can buy, and short ways to say what happens in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connections import flows, throttling
from connections.models import Connection, RateBudget
from orders.models import Order, OrderToFetch
from orders.services import MarkedShipped, Parcel, mark_shipped
from tests.conftest import CLIENT_ID

EANS = ["8710000000017", "8710000000024", "8710000000031"]
# A slot every millisecond: these tests are not about waiting.
ENDPOINTS = [
    ("GET", "/retailer/orders"),
    ("GET", "/retailer/orders/1"),
    ("GET", "/retailer/shipments"),
    ("GET", "/retailer/shipments/1"),
    ("POST", "/retailer/shipments"),
    ("PUT", "/retailer/orders/cancellation"),
    ("POST", "/shared/process-status"),
]


@pytest.fixture
def shop(connection: Connection, sandbox) -> Connection:
    """A connection in no hurry to wait, whose shop at bol has three articles."""
    for method, path in ENDPOINTS:
        key = throttling.limits().find(method, path).key
        RateBudget.objects.get_or_create(
            connection=connection, key=key, defaults={"interval": 0.001, "capacity": 1000, "window": 1}
        )
    for ean in EANS:
        sandbox.add_offer(
            CLIENT_ID, {"ean": ean, "price": 12.5, "stock": 900, "unknownProductTitle": f"Article {ean}"}
        )
    return connection


@pytest.fixture
def buy(sandbox) -> Callable[..., str]:
    """A customer buys so many of each article; the order id."""

    def place(*quantities: int, force: bool = False) -> str:
        items = [
            {"ean": ean, "quantity": quantity}
            for ean, quantity in zip(EANS, quantities or (1,), strict=False)
        ]
        return str(sandbox.place_orders(retailer=CLIENT_ID, items=items, force=force)[0])

    return place


@pytest.fixture
def fetch() -> Callable[[Connection], dict[str, int]]:
    """Run the flow of orders until it is through; its counts."""

    def run(connection: Connection) -> dict[str, int]:
        OrderToFetch.objects.update(not_before="2020-01-01T00:00:00Z")
        return flows.run_until_complete(connection, "orders").counts

    return run


@pytest.fixture
def bought(shop: Connection, buy, fetch) -> Callable[..., Order]:
    """A customer buys, and we have heard of it."""

    def order(*quantities: int) -> Order:
        order_id = buy(*quantities)
        fetch(shop)
        return Order.objects.get(order_id=order_id)

    return order


@pytest.fixture
def shipped(sandbox) -> Callable[..., list[tuple[str, int]]]:
    """What bol really counts as shipped: item and quantity, in order."""

    def effects() -> list[tuple[str, int]]:
        return [
            (effect["item"], effect["quantity"])
            for effect in sandbox.ledger()
            if effect["effect"] == "ITEM_SHIPPED"
        ]

    return effects


def mark(*orders: Order, quantities: dict[int, int] | None = None, code: str = "3SABC123") -> MarkedShipped:
    """Mark orders shipped with PostNL."""
    return mark_shipped([Parcel(order.pk, "TNT", code, quantities) for order in orders])
