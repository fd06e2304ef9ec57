"""A shop with articles that customers can buy, and short ways to say what happens in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections import flows, throttling
from connections.models import Connection, Flow, RateBudget
from orders.models import Order, OrderItem, OrderToFetch
from orders.services import MarkedShipped, Parcel, mark_shipped
from orders.words import keep_words
from tests.conftest import CLIENT_ID

A_WHILE = timedelta(minutes=10)
EANS = ["8710000000017", "8710000000024", "8710000000031"]
# A slot every millisecond: these tests are not about waiting.
ENDPOINTS = [
    ("GET", "/retailer/orders"),
    ("GET", "/retailer/orders/1"),
    ("GET", "/retailer/shipments"),
    ("GET", "/retailer/shipments/1"),
    ("POST", "/retailer/shipments"),
    ("PUT", "/retailer/orders/cancellation"),
    ("PUT", "/retailer/transports/1"),
    ("GET", "/retailer/returns"),
    ("GET", "/retailer/returns/1"),
    ("POST", "/retailer/shipping-labels"),
    ("POST", "/retailer/shipping-labels/delivery-options"),
    ("GET", "/retailer/shipping-labels/1"),
    ("POST", "/shared/process-status"),
]


@pytest.fixture
def shop(connection: Connection, sandbox) -> Connection:
    """A connection whose shop at bol has three articles; its orders have been fetched up to a while ago."""
    Flow.objects.create(connection=connection, kind="orders", cursor=timezone.now() - A_WHILE)
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


@pytest.fixture
def effects(sandbox) -> Callable[..., list[dict[str, Any]]]:
    """What really happened at bol under these names, in order."""

    def of(*names: str) -> list[dict[str, Any]]:
        return [effect for effect in sandbox.ledger() if effect["effect"] in names]

    return of


def mark(*orders: Order, quantities: dict[int, int] | None = None, code: str = "3SABC123") -> MarkedShipped:
    """Mark orders shipped with PostNL."""
    return mark_shipped([Parcel(order.pk, "TNT", code, quantities) for order in orders])


# Pages, without bol ----------------------------------------------------------------------------------


@pytest.fixture
def merchant(db) -> Connection:
    return Connection.objects.create(name="Test shop", client_id="test-shop", is_live=True)


@pytest.fixture
def orders(merchant) -> list[Order]:
    """Three orders of two articles each."""
    return [make_order(merchant, f"A{number}") for number in range(3)]


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


def make_order(connection: Connection, order_id: str) -> Order:
    details = {"firstName": "Noor", "surname": "<b>Bakker</b>", "zipCode": "1012AB", "city": "Amsterdam"}
    order = Order.objects.create(
        connection=connection,
        order_id=order_id,
        placed_at=timezone.now(),
        shipping_name="Noor <b>Bakker</b>",
        shipping_postcode="1012AB",
        shipping_country="NL",
        shipping_details=details,
        raw={"orderId": order_id},
    )
    keep_words(order)
    for number, title in enumerate(("Olive Oil", "Vinegar")):
        OrderItem.objects.create(
            order=order,
            order_item_id=f"{order_id}-{number}",
            title=title,
            ean=f"871000000000{number}",
            quantity=2,
        )
    return order
