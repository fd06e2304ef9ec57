"""A customer whom we would recognise anywhere, and the passing of time."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import models

from connections import flows
from connections.models import Connection
from orders import noting
from orders.models import Cancellation, Order, Return, ReturnCreation, ReturnHandling, Shipment
from tests.conftest import CLIENT_ID
from tests.orders.conftest import mark

PERSON = {
    "firstName": "Canaryfirst",
    "surname": "Canarysurname",
    "streetName": "Canarystreet",
    "houseNumber": "Cn7741",
    "houseNumberExtension": "Cnx55",
    "extraAddressInformation": "Canaryfloor",
    "zipCode": "9876CN",
    "city": "Canarycity",
    "email": "canarymail@verkopen.bol.com",
    "deliveryPhoneNumber": "0687654321",
}
PICKUP_POINT = "Canarypoint"
COMPANY = {"company": "Canarycompany", "orderReference": "Canarywish"}
TRACKED = "3SCANARY"
OF_THE_ORDER = [*PERSON.values(), *COMPANY.values(), PICKUP_POINT, TRACKED]
COMMENT = "Canarycomment"
TRACKED_BACK = "3SBACKCANARY"
OF_THE_RETURN = [PERSON["surname"], PERSON["streetName"], PERSON["email"], COMMENT, TRACKED_BACK]
LONG_AGO = timedelta(days=91)

Ordered = Callable[..., Order]


@pytest.fixture
def bought_by_somebody(shop: Connection, buy, fetch, sandbox) -> Ordered:
    """This customer buys, and we have heard of it; `business` adds to what marks a business."""

    def order(*quantities: int, business: Any = None) -> Order:
        order_id = buy(*quantities)
        customer = sandbox.state.orders.find(CLIENT_ID, order_id).customer
        customer.address |= PERSON
        customer.pickup_point = PICKUP_POINT
        customer.business.clear()
        customer.business |= COMPANY | (business or {})
        fetch(shop)
        return Order.objects.get(order_id=order_id)

    return order


@pytest.fixture
def shipped_to_somebody(bought_by_somebody: Ordered, shop: Connection, relay, fetch) -> Ordered:
    """An order that was shipped and confirmed, just now."""

    def order(**more: Any) -> Order:
        made = bought_by_somebody(**more)
        mark(made, code=TRACKED)
        relay(shop)
        fetch(shop)
        made.refresh_from_db()
        assert made.status == Order.Status.SHIPPED
        return made

    return order


@pytest.fixture
def handled(shipped_to_somebody: Ordered) -> Ordered:
    """An order that was shipped and confirmed, long ago."""

    def order(**more: Any) -> Order:
        made = shipped_to_somebody(**more)
        age(LONG_AGO)
        made.refresh_from_db()
        return made

    return order


@pytest.fixture
def fetch_returns(shop: Connection) -> Callable[[], Any]:
    return lambda: flows.run_until_complete(shop, "returns")


@pytest.fixture
def sent_back(shop: Connection, sandbox, fetch_returns) -> Callable[[Order], Return]:
    """The customer sends one piece of an order's first item back, and we have heard of it."""

    def parcel(order: Order) -> Return:
        item = order.items.earliest("id")
        why = {"mainReason": "Anders", "customerComments": COMMENT}
        wanted = {"orderItemId": item.order_item_id, "quantity": 1} | why
        [return_id] = sandbox.return_items(
            retailer=CLIENT_ID, items=[wanted], track_and_trace=TRACKED_BACK, transporter_name="PostNL"
        )
        fetch_returns()
        return Return.objects.get(return_id=return_id)

    return parcel


def age(by: timedelta) -> None:
    """Let all that happened have happened earlier."""
    moments: dict[type[models.Model], tuple[str, ...]] = {
        Order: ("placed_at", "latest_changed_at", "fetched_at", "read_at"),
        Shipment: ("shipped_at", "confirmed_at"),
        Cancellation: ("created_at", "confirmed_at"),
        Return: ("registered_at", "fetched_at", "read_at", "read_in_full_at"),
        ReturnHandling: ("created_at", "confirmed_at"),
        ReturnCreation: ("created_at", "confirmed_at"),
    }
    for model, names in moments.items():
        model._default_manager.update(**{name: models.F(name) - by for name in names})


def anonymise(*options: str) -> str:
    """Run the command; what it says."""
    said = io.StringIO()
    call_command("anonymise", *options, stdout=said)
    return said.getvalue()


def fetch_again(order_id: str, shop: Connection, fetch: Any) -> Order:
    """Have bol asked for an order once more, whatever we know of it."""
    noting.note(shop, [order_id], at_once=True)
    fetch(shop)
    return Order.objects.get(order_id=order_id)
