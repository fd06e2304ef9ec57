"""A shop in a simulated week: customers who buy, change their minds and send back, and the people who ship."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from connections import flows
from connections.models import Connection
from offers.rules import check_digit
from orders.cancelling import cancel_items
from orders.labels.services import buy_labels, ship_with_labels
from orders.models import LabelChoice, Order, OrderToFetch, ReturnItem, ShippingLabel
from orders.returns.services import Decision, handle_returns
from orders.services import Parcel, mark_shipped
from orders.standing import items_of, line_of
from tests.conftest import CLIENT_ID


def eans(first: int, count: int) -> list[str]:
    """Return EANs that are nobody's, with their check digits."""
    digits = [f"871000{number:06}" for number in range(first, first + count)]
    return [number + check_digit(number) for number in digits]


OWN, VIA_BOL, BY_BOL = eans(100, 10), eans(200, 3), eans(300, 2)
FULFILMENT = {
    **{ean: {} for ean in OWN},
    **{ean: {"fulfilment": {"method": "FBR", "schedule": "SHIPPING_VIA_BOL"}} for ean in VIA_BOL},
    **{ean: {"fulfilment": {"method": "FBB"}} for ean in BY_BOL},
}


class Customers:
    """What customers do in an hour, by chance from a seed."""

    def __init__(self, sandbox: Any, random: Random) -> None:
        self.sandbox = sandbox
        self.random = random

    def fill_the_shop(self) -> None:
        for ean, fulfilment in FULFILMENT.items():
            fields = {"ean": ean, "price": 12.5, "stock": 999, "unknownProductTitle": f"Article {ean}"}
            self.sandbox.add_offer(CLIENT_ID, fields | fulfilment)

    def buy(self, count: int) -> None:
        for _order in range(count):
            self.sandbox.place_orders(retailer=CLIENT_ID, items=self._basket(), force=True, **self._wishes())

    def change_their_minds(self) -> None:
        """Some ask to cancel what is open; a few cancel so soon that nobody is asked."""
        for order in self._open_orders():
            chance = self.random.random()
            if chance < 0.01:
                self.sandbox.request_cancellation(order["orderId"])
            elif chance < 0.015:
                self.sandbox.cancel_order(order["orderId"])

    def send_back(self) -> None:
        try:
            self.sandbox.return_items(retailer=CLIENT_ID)
        except LookupError:
            return  # nothing was shipped yet

    def _basket(self) -> list[dict[str, Any]]:
        kind = self.random.choices([OWN, VIA_BOL, BY_BOL], weights=(84, 10, 6))[0]
        chosen = self.random.sample(kind, 2 if self.random.random() < 0.2 else 1)
        return [{"ean": ean, "quantity": self.random.choice((1, 1, 1, 2, 3))} for ean in chosen]

    def _wishes(self) -> dict[str, Any]:
        return {
            "business": self.random.random() < 0.1,
            "country": "BE" if self.random.random() < 0.3 else "NL",
            "pickup_point": self.random.random() < 0.1,
        }

    def _open_orders(self) -> list[dict[str, Any]]:
        return [
            order for order in self.sandbox.orders(CLIENT_ID) if any(map(open_at_bol, order["orderItems"]))
        ]


class Staff:
    """The people who ship; they use what their pages use."""

    def __init__(self, shop: Connection, random: Random, relay: Callable[..., None]) -> None:
        self.shop = shop
        self.random = random
        self.relay = relay

    def look(self) -> None:
        """Let the flows run, as they do every few minutes."""
        OrderToFetch.objects.update(not_before="2020-01-01T00:00:00Z")
        flows.run_until_complete(self.shop, "orders")
        self.relay(self.shop)
        OrderToFetch.objects.update(not_before="2020-01-01T00:00:00Z")
        flows.run_until_complete(self.shop, "orders")

    def answer_cancellations(self) -> None:
        """Accept most of what customers ask to cancel, and ship a few all the same."""
        for order in Order.objects.asking_to_cancel():
            if self.random.random() < 0.7:
                asked = order.items.filter(cancellation_requested=True)
                cancel_items([item.pk for item in asked], "REQUESTED_BY_CUSTOMER")
            else:
                mark_shipped([self._parcel(order, despite_request=True)])

    def ship(self) -> None:
        """Ship most of what is to be shipped, some of it in two parcels."""
        orders = list(Order.objects.to_ship().filter(is_vvb=False, is_cancellation_requested=False))
        chosen = [order for order in orders if self.random.random() < 0.8]
        mark_shipped([self._parcel(order, quantities=self._part_of(order)) for order in chosen])

    def cancel_what_is_not_there(self) -> None:
        for order in Order.objects.to_ship().filter(is_cancellation_requested=False)[:2]:
            if not ShippingLabel.objects.unused().filter(order=order).exists():
                cancel_items([item.pk for item in order.items.all()][:1], "OUT_OF_STOCK")

    def ship_via_bol(self) -> None:
        """Buy labels, and ship with those that are ready."""
        waiting = Order.objects.to_ship().filter(is_vvb=True, is_cancellation_requested=False)
        buy_labels([order.pk for order in waiting], LabelChoice.RECOMMENDED)
        self.relay(self.shop)
        ready = ShippingLabel.objects.unused().filter(state="ready").prefetch_related("lines")
        ship_with_labels(list(ready.select_related("order")))

    def handle_returns(self) -> None:
        flows.run_until_complete(self.shop, "returns")
        waiting = ReturnItem.objects.to_handle()
        handle_returns([Decision(item.pk, "RETURN_RECEIVED", item.expected_quantity) for item in waiting])

    def _parcel(self, order: Order, **more: Any) -> Parcel:
        return Parcel(order.pk, "TNT", f"3S{order.order_id}", **more)

    def _part_of(self, order: Order) -> dict[int, int] | None:
        """One piece of an order of several, now and then; the rest follows in another parcel."""
        items = [item for item in items_of([order.pk])[order.pk] if line_of(item).open]
        if sum(line_of(item).open for item in items) < 2 or self.random.random() < 0.6:
            return None
        return {items[0].pk: 1}


def open_at_bol(item: dict[str, Any]) -> int:
    """Return how many of an item, as bol shows it, bol waits for."""
    return int(item["quantity"] - item["quantityShipped"] - item["quantityCancelled"])
