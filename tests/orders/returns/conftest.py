"""Orders that were shipped, and customers who send things back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connections import flows
from connections.models import Connection
from orders.models import Order, ReturnItem
from tests.conftest import CLIENT_ID
from tests.orders.conftest import mark


@pytest.fixture
def delivered(shop: Connection, bought, relay, fetch) -> Callable[..., Order]:
    """An order of which everything was shipped, confirmed and read again."""

    def order(*quantities: int) -> Order:
        order = bought(*quantities)
        mark(order)
        relay(shop)
        fetch(shop)
        return Order.objects.get(pk=order.pk)

    return order


@pytest.fixture
def fetch_returns() -> Callable[[Connection], dict[str, int]]:
    """Run the flow of returns until it is through; its counts."""

    def run(connection: Connection) -> dict[str, int]:
        return flows.run_until_complete(connection, "returns").counts

    return run


@pytest.fixture
def send_back(sandbox) -> Callable[..., str]:
    """A customer sends back so many units of an order's first item, or all of it; bol's return id."""

    def send(order: Order, quantity: int | None = None, **more: Any) -> str:
        item = order.items.earliest("id")
        wanted = {"orderItemId": item.order_item_id, **({"quantity": quantity} if quantity else {}), **more}
        [return_id] = sandbox.return_items(retailer=CLIENT_ID, items=[wanted])
        return str(return_id)

    return send


@pytest.fixture
def returned(shop: Connection, delivered, send_back, fetch_returns) -> Callable[..., ReturnItem]:
    """A customer sends something back, and we have heard of it."""

    def item(bought: int = 3, quantity: int = 2) -> ReturnItem:
        return_id = send_back(delivered(bought), quantity)
        fetch_returns(shop)
        return ReturnItem.objects.get(parcel__return_id=return_id)

    return item


@pytest.fixture
def handled(effects) -> Callable[[], list[tuple[str, str, int]]]:
    """What bol really counts as handled: RMA, result and quantity, in order."""
    return lambda: [
        (effect["subject"], effect["result"], effect["quantity"]) for effect in effects("RETURN_HANDLED")
    ]
