"""Orders and their cancellation. Retailer API v10, Orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice

from connections.bol.sandbox.api.process_statuses import PAGE_SIZE, accepted
from connections.bol.sandbox.assumptions import HANDLED_ORDERS_STAY_HOURS
from connections.bol.sandbox.clock import day_of, in_seconds, start_of
from connections.bol.sandbox.entities import Customer, Json, Order, OrderItem, without_none
from connections.bol.sandbox.selling.processes import Receipt
from connections.bol.sandbox.web.answers import Answer, not_found
from connections.bol.sandbox.web.calls import Call, route, wrong_parameter
from connections.bol.sandbox.web.validation import inspecting

REASON_CODES = (
    "OUT_OF_STOCK",
    "REQUESTED_BY_CUSTOMER",
    "BAD_CONDITION",
    "HIGHER_SHIPCOST",
    "INCORRECT_PRICE",
    "NOT_AVAIL_IN_TIME",
    "NO_BOL_GUARANTEE",
    "ORDERED_TWICE",
    "RETAIN_ITEM",
    "TECH_ISSUE",
    "UNFINDABLE_ITEM",
    "OTHER",
)
NOT_FOR_BILLING = ("language", "deliveryPhoneNumber")
HISTORY = timedelta(days=92)
LONGEST_INTERVAL = 60

Wish = Callable[[OrderItem], bool]

STATUSES: dict[str, Wish] = {
    "OPEN": lambda item: item.open > 0,
    "SHIPPED": lambda item: item.open == 0 and item.shipped > 0,
    "ALL": lambda item: True,
}


def list_orders(call: Call) -> Answer:
    """A page of 50 orders, newest first; beyond the last one the answer is an empty object."""
    candidates, in_window = _window(call)
    wishes = [in_window, *_wishes(call)]
    candidates.sort(key=_newest_first)
    found = ((order, items) for order in candidates if (items := _wanted(order, wishes)))
    first = (call.number("page", 1) - 1) * PAGE_SIZE
    shown = [_show_reduced(order, items) for order, items in islice(found, first, first + PAGE_SIZE)]
    return Answer(200, {"orders": shown} if shown else {})


def _wanted(order: Order, wishes: list[Wish]) -> list[OrderItem]:
    return [item for item in order.items if all(wish(item) for wish in wishes)]


def _newest_first(order: Order) -> int:
    return -order.number


def _wishes(call: Call) -> list[Wish]:
    method = call.choice("fulfilment-method", ("FBR", "FBB", "ALL"), "FBR")
    wishes = [STATUSES[call.choice("status", tuple(STATUSES), "OPEN")]]
    if method != "ALL":
        wishes.append(lambda item: item.method == method)
    if call.flag("vvb-only"):
        wishes.append(lambda item: item.method == "FBR" and item.distribution_party == "BOL")
    return wishes


def _window(call: Call) -> tuple[list[Order], Wish]:
    """The orders to look at, and which of their items are in the period that was asked for."""
    if call.query("latest-change-date"):
        return _changed_on(call, _date(call, "latest-change-date"))
    if call.query("change-interval-minute"):
        return _changed_within(call, call.number("change-interval-minute", 0, highest=LONGEST_INTERVAL))
    recent = call.state.now - timedelta(hours=HANDLED_ORDERS_STAY_HOURS)
    candidates = {order.order_id: order for order in call.state.orders.changed_since(call.account, recent)}
    candidates |= call.state.orders.open.get(call.account, {})
    return list(candidates.values()), STATUSES["ALL"]


def _changed_on(call: Call, day: date) -> tuple[list[Order], Wish]:
    orders = call.state.orders.changed_since(call.account, start_of(day))
    return orders, lambda item: day_of(item.changed_at) == day


def _changed_within(call: Call, minutes: int) -> tuple[list[Order], Wish]:
    since = call.state.now - timedelta(minutes=minutes)
    return call.state.orders.changed_since(call.account, since), lambda item: item.changed_at >= since


def _date(call: Call, name: str) -> date:
    text = call.query(name) or ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise wrong_parameter(name, text) from None
    if day < day_of(call.state.now - HISTORY):
        raise wrong_parameter(name, text)
    return day


def get_order(call: Call) -> Answer:
    order_id = call.arguments["order_id"]
    order = call.state.orders.find(call.account, order_id)
    if order is None:
        raise not_found(f"Order for order id {order_id} not found.")
    return Answer(200, show(order, with_offers=call.state.options.assumptions.an_order_names_its_offers))


def cancel_order_item(call: Call) -> Answer:
    """Cancel one whole order item, later; 400 for anything but exactly one item with a known reason."""
    with inspecting(call.json()) as body:
        body.require("orderItems")
        items = body.each("orderItems", 1, 1)
        for item in items:
            item.require("orderItemId", "reasonCode")
            item.text("orderItemId")
            item.one_of("reasonCode", REASON_CODES)
    command = items[0].values
    item_id = command["orderItemId"]
    receipt = Receipt("CANCEL_ORDER", f"Cancel order item with id {item_id}.", item_id)
    return accepted(call, receipt, command)


def _show_reduced(order: Order, items: list[OrderItem]) -> Json:
    return {
        "orderId": order.order_id,
        "orderPlacedDateTime": in_seconds(order.placed_at),
        "orderItems": [_show_reduced_item(item) for item in items],
    }


def _show_reduced_item(item: OrderItem) -> Json:
    return {
        "orderItemId": item.item_id,
        "ean": item.ean,
        "fulfilmentMethod": item.method,
        "fulfilmentStatus": "OPEN" if item.open else "HANDLED",
        "quantity": item.quantity,
        "quantityShipped": item.shipped,
        "quantityCancelled": item.cancelled,
        "cancellationRequest": item.cancellation_request,
        "latestChangedDateTime": in_seconds(item.changed_at),
    }


def show(order: Order, *, with_offers: bool = True) -> Json:
    """An Order, with everything bol tells about it."""
    shown = {
        "orderId": order.order_id,
        "pickupPoint": order.customer.pickup_point is not None,
        "orderPlacedDateTime": in_seconds(order.placed_at),
        "shipmentDetails": show_address(order.customer),
        "billingDetails": show_billing(order.customer),
        "orderItems": [_show_item(item, with_offers) for item in order.items],
    }
    return without_none(shown)


def show_address(customer: Customer) -> Json:
    """ShipmentDetails."""
    more = {"pickupPointName": customer.pickup_point, "company": customer.business.get("company")}
    return without_none(customer.address | more)


def show_billing(customer: Customer) -> Json | None:
    """BillingDetails, which may be missing; a business is known by its company, VAT number and registration."""
    if not customer.tells_billing:
        return None
    home = customer.home or customer.address
    return {key: value for key, value in home.items() if key not in NOT_FOR_BILLING} | customer.business


def _show_item(item: OrderItem, with_offer: bool) -> Json:
    shown = {
        "orderItemId": item.item_id,
        "cancellationRequest": item.cancellation_request,
        "fulfilment": _show_fulfilment(item),
        "offer": show_offer(item) if with_offer else None,
        "product": show_product(item),
        "quantity": item.quantity,
        "quantityShipped": item.shipped,
        "quantityCancelled": item.cancelled,
        "unitPrice": item.unit_price,
        "totalPrice": item.total_price,
        "discounts": item.discounts,
        "commission": item.commission,
        "additionalServices": [{"serviceType": service} for service in item.services] or None,
        "latestChangedDateTime": in_seconds(item.changed_at),
    }
    return without_none(shown)


def show_offer(item: OrderItem) -> Json:
    """The offer that was bought; the reference is left out when there was none."""
    return without_none({"offerId": item.offer_id, "reference": item.reference})


def show_product(item: OrderItem) -> Json:
    """The product as the customer saw it."""
    return {"ean": item.ean, "title": item.title}


def _show_fulfilment(item: OrderItem) -> Json:
    shown = {
        "method": item.method,
        "distributionParty": item.distribution_party,
        "latestDeliveryDate": show_latest_delivery(item),
        "exactDeliveryDate": item.exact_delivery.isoformat() if item.exact_delivery else None,
        "expiryDate": item.expiry.isoformat(),
        "timeFrameType": item.time_frame,
    }
    return without_none(shown)


def show_latest_delivery(item: OrderItem) -> str | None:
    """The last day of delivery, which is empty where the customer chose an exact one."""
    return None if item.exact_delivery else item.latest_delivery.isoformat()


ROUTES = [
    route("GET", "/retailer/orders", list_orders),
    route("PUT", "/retailer/orders/cancellation", cancel_order_item),
    route("GET", "/retailer/orders/<order_id>", get_order),
]
