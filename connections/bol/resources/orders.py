"""Orders: the list of what changed, an order with all it holds, and cancelling (Retailer API v10, Orders)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from connections.bol.answers import Answer, Body, Day, Moment, json_as
from connections.bol.paging import by_page
from connections.bol.resources.customers import BillingDetails, ShipmentDetails
from connections.bol.resources.process_statuses import ProcessStatus, accepted
from connections.bol.resources.resource import Query, Resource
from connections.bol.transport import segment
from connections.bol.wire import Reply

_PATH = "/retailer/orders"


class ReducedOrderItem(Answer):
    """An item in a list of orders, without price and address."""

    order_item_id: str
    ean: str = ""
    fulfilment_method: str = ""
    fulfilment_status: str = ""
    quantity: int = 0
    quantity_shipped: int = 0
    quantity_cancelled: int = 0
    cancellation_request: bool = False
    latest_changed_date_time: Moment | None = None


class ReducedOrder(Answer):
    """An order in a list; fetch it by id for the rest."""

    order_id: str
    order_placed_date_time: Moment | None = None
    order_items: list[ReducedOrderItem] = []


class _Orders(Answer):
    orders: list[ReducedOrder] = []


class OrderFulfilment(Answer):
    """How and until when an item must be delivered.

    `distribution_party` BOL with method FBR means that bol's own label is needed. On `expiry_date` bol cancels what is
    still open. Only one of `latest_delivery_date` and `exact_delivery_date` is there.
    """

    method: str = ""
    distribution_party: str | None = None
    latest_delivery_date: Day | None = None
    exact_delivery_date: Day | None = None
    expiry_date: Day | None = None
    time_frame_type: str | None = None


class OrderOffer(Answer):
    """The offer that was bought; `reference` is ours."""

    offer_id: str | None = None
    reference: str | None = None


class OrderProduct(Answer):
    """The article that was bought."""

    ean: str | None = None
    title: str | None = None


class Discount(Answer):
    """An amount in euros that bol took off a line."""

    title: str = ""
    amount: Decimal = Decimal(0)


class AdditionalService(Answer):
    """A service bought with the item, such as PLACEMENT_AND_INSTALLATION."""

    service_type: str = ""


class OrderItem(Answer):
    """A line of an order, amounts in euros.

    `unit_price`: one unit, VAT included, before discounts. `total_price`: what the customer paid for the line, VAT
    included. `commission`: for all its units together.
    """

    order_item_id: str
    quantity: int
    quantity_shipped: int = 0
    quantity_cancelled: int = 0
    cancellation_request: bool = False
    fulfilment: OrderFulfilment | None = None
    offer: OrderOffer | None = None
    product: OrderProduct | None = None
    unit_price: Decimal | None = None
    total_price: Decimal | None = None
    discounts: list[Discount] = []
    commission: Decimal | None = None
    additional_services: list[AdditionalService] = []
    latest_changed_date_time: Moment | None = None


class Order(Answer):
    """An order as bol shows it now.

    `raw` is the answer as JSON data, for keeping: amounts with a fraction are text in it, so that no digit is lost.
    """

    order_id: str
    pickup_point: bool | None = None
    pick_up_point: bool | None = None
    """How old answers spell `pickup_point`."""
    order_placed_date_time: Moment | None = None
    shipment_details: ShipmentDetails | None = None
    billing_details: BillingDetails | None = None
    order_items: list[OrderItem] = []
    raw: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if self.pickup_point is None:
            self.pickup_point = self.pick_up_point

    def __repr__(self) -> str:
        return f"Order({self.order_id!r})"


class _Cancellation(Body):
    order_item_id: str
    reason_code: str


class _Cancellations(Body):
    order_items: list[_Cancellation]


_read_page = json_as(_Orders)
_read_typed_order = json_as(Order)


class Orders(Resource):
    """Reads orders, 50 a page, newest first. Pages shift while one reads: expect to see an order twice."""

    def list(
        self,
        *,
        status: str = "ALL",
        fulfilment_method: str = "ALL",
        page: int = 1,
        change_interval_minute: int | None = None,
        latest_change_date: date | None = None,
        vvb_only: bool | None = None,
    ) -> list[ReducedOrder]:
        """Give one page of orders; empty beyond the last.

        `status` is OPEN, SHIPPED or ALL; `fulfilment_method` FBR, FBB or ALL. `change_interval_minute` (at most 60)
        keeps what changed in the last minutes, `latest_change_date` (at most 3 months ago) what changed on that day.
        """
        query: Query = {
            "status": status,
            "fulfilment-method": fulfilment_method,
            "page": page,
            "change-interval-minute": change_interval_minute,
            "latest-change-date": latest_change_date.isoformat() if latest_change_date else None,
            "vvb-only": vvb_only,
        }
        return self._get(_PATH, _read_page, query).orders

    def iterate(
        self,
        *,
        status: str = "ALL",
        fulfilment_method: str = "ALL",
        change_interval_minute: int | None = None,
        latest_change_date: date | None = None,
        vvb_only: bool | None = None,
    ) -> Iterator[ReducedOrder]:
        """Give the orders of all pages, with the filters of `list`."""

        def fetch(page: int) -> list[ReducedOrder]:
            return self.list(
                status=status,
                fulfilment_method=fulfilment_method,
                page=page,
                change_interval_minute=change_interval_minute,
                latest_change_date=latest_change_date,
                vvb_only=vvb_only,
            )

        return by_page(fetch)

    def get(self, order_id: str) -> Order:
        """Give one order. Raises NotFound."""
        return self._get(f"{_PATH}/{segment(order_id)}", _read_order)

    def cancel(self, order_item_id: str, reason_code: str) -> ProcessStatus:
        """Ask bol to cancel a whole item; REQUESTED_BY_CUSTOMER grants the customer's own request."""
        body = _Cancellations([_Cancellation(order_item_id, reason_code)])
        return self._send("PUT", f"{_PATH}/cancellation", accepted, body)


def _read_order(reply: Reply) -> Order:
    order = _read_typed_order(reply)
    order.raw = json.loads(reply.body, parse_float=str)
    return order
