"""What a test or a demo lets customers do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connections.bol.sandbox.api import orders as showing_orders
from connections.bol.sandbox.api import returns as showing_returns
from connections.bol.sandbox.api import shipping_labels as showing_labels
from connections.bol.sandbox.entities import Json
from connections.bol.sandbox.selling import journeys, orders
from connections.bol.sandbox.selling import returns as returning
from connections.bol.sandbox.selling.basket import Buyer
from connections.bol.sandbox.selling.timeline import present
from connections.bol.sandbox.state import State


class CustomerDesk:
    """The part of a sandbox where customers buy, cancel and send back. Every method is safe for threads."""

    state: State

    def orders(self, retailer: str | None = None) -> list[Json]:
        """All orders in full, oldest first, each with its retailer."""
        with present(self.state):
            found = self.state.orders.of(retailer)
            return [{"retailer": order.retailer} | showing_orders.show(order) for order in found]

    def place_orders(
        self,
        count: int = 1,
        *,
        retailer: str | None = None,
        items: Sequence[Json] | None = None,
        business: bool | None = None,
        country: str | None = None,
        pickup_point: bool | str | None = None,
        exact_delivery: date | str | None = None,
        time_frame: str | None = None,
        address_hint: str | None = None,
        tells_billing: bool = True,
        force: bool = False,
    ) -> list[str]:
        """Customers order; the order ids.

        Without `items` they choose anything that is for sale; with ``[{"ean" or "offerId", "quantity"?, "discounts"?,
        "additionalServices"?, "method"?, "distributionParty"?}]`` exactly that, in bol's words. `pickup_point` is a name
        or True, `exact_delivery` a day (or its ISO text), `time_frame` one of bol's, `address_hint` goes beside the
        address. `force` lets them buy what is not for sale. Raises LookupError when there is nothing to buy.
        """
        day = date.fromisoformat(exact_delivery) if isinstance(exact_delivery, str) else exact_delivery
        buyer = Buyer(business, country, pickup_point, day, time_frame, address_hint, tells_billing)
        with present(self.state):
            return [self._place(retailer, items, buyer, force) for _ in range(count)]

    def _place(self, retailer: str | None, items: Sequence[Json] | None, buyer: Buyer, force: bool) -> str:
        if not items:
            return orders.place(self.state, orders.choose(self.state, retailer), buyer).order_id
        wanted = [orders.find_wanted(self.state, retailer, item, force) for item in items]
        return orders.place(self.state, wanted, buyer).order_id

    def request_cancellation(self, order_id: str, item_ids: Sequence[str] | None = None) -> None:
        """The customer asks to cancel what is still open of an order, or of some of its items. Raises KeyError."""
        with present(self.state):
            orders.request_cancellation(self.state, self.state.orders.by_id[order_id], item_ids)

    def cancel_order(self, order_id: str, item_ids: Sequence[str] | None = None) -> None:
        """The customer cancels so soon that bol does not ask the retailer. Raises KeyError."""
        with present(self.state):
            orders.cancel_by_customer(self.state, self.state.orders.by_id[order_id], item_ids)

    def report_transport(self, shipment_id: str, event_code: str) -> None:
        """The carrier reports one of bol's events, and none of those that were to follow. Raises KeyError, ValueError."""
        with present(self.state):
            journeys.report(self.state, self.state.shipments.by_id[shipment_id], event_code)

    def shipping_labels(self, retailer: str | None = None) -> list[Json]:
        """All labels that were bought, oldest first, each with its retailer."""
        with present(self.state):
            bought = self.state.labels.values()
            return [showing_labels.tell(label) for label in bought if retailer in (None, label.retailer)]

    def returns(self, retailer: str | None = None) -> list[Json]:
        """All returns in full, oldest first, each with its retailer."""
        with present(self.state):
            found = self.state.returns.of(retailer)
            return [{"retailer": one.retailer} | showing_returns.show(one) for one in found]

    def return_items(
        self,
        count: int = 1,
        *,
        retailer: str | None = None,
        items: Sequence[Json] | None = None,
        order_id: str | None = None,
        track_and_trace: str | None = None,
        transporter_name: str | None = None,
    ) -> list[str]:
        """Customers announce parcels that they send back; the return ids.

        With ``items`` (``[{"orderItemId", "quantity"?, "mainReason"?, "detailedReason"?, "customerComments"?}]``) one
        parcel with exactly that; with `order_id` all of that order; else chance chooses. Raises LookupError.
        """
        journey = returning.Journey(track_and_trace, transporter_name) if track_and_trace else None
        with present(self.state):
            return [
                returning.register(self.state, self._announced(retailer, items, order_id), journey).return_id
                for _ in range(count)
            ]

    def _announced(
        self, retailer: str | None, items: Sequence[Json] | None, order_id: str | None
    ) -> list[returning.Announced]:
        if items:
            return [returning.find_announced(self.state, retailer, item) for item in items]
        if order_id:
            return returning.of_order(self.state, self.state.orders.by_id[order_id])
        return returning.choose(self.state, retailer)
