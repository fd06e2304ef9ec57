"""Customers send things back, and the retailer or bol says what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from connections.bol.sandbox.assumptions import BOL_HANDLES_RETURNS_AFTER_DAYS
from connections.bol.sandbox.entities import (
    Json,
    Order,
    OrderItem,
    Processing,
    Return,
    ReturnItem,
    Shipment,
    without_none,
)
from connections.bol.sandbox.selling import reasons
from connections.bol.sandbox.state import State

CUSTOMER = "customer"
BOL = "bol"
RETAILER = "retailer"
ACCEPTED, CANCELLED = "ACCEPTED", "CANCELLED"
SOONEST, LATEST = timedelta(days=2), timedelta(days=14)
WINDOW = timedelta(days=90)
"""How long after shipping a retailer can create a return. Retailer API v10, Returns."""


class NothingToReturn(LookupError):
    """A customer wants to send back what was never received, or is on its way back already."""


@dataclass(frozen=True)
class Announced:
    """So many units of an order item that somebody says will come back."""

    order: Order
    item: OrderItem
    quantity: int
    reason: Json


@dataclass(frozen=True)
class Journey:
    """How a parcel travels back, as far as that is known."""

    track_and_trace: str | None = None
    transporter_name: str | None = None


def returnable(state: State, item: OrderItem) -> int:
    """How many units of an order item could still come back: shipped, and not returned before."""
    return max(0, item.shipped - state.returns.quantity_of(item.item_id))


def register(state: State, announced: list[Announced], journey: Journey | None = None) -> Return:
    """A customer announces one parcel. Raises NothingToReturn for more than was shipped."""
    _check_together(announced)
    for line in announced:
        _check_quantity(state, line)
    found = _add(state, announced)
    journey = journey or Journey(f"3SRETR{found.number:07d}", "PostNL")
    found.track_and_trace, found.transporter_name = journey.track_and_trace, journey.transporter_name
    _record(state, found, "RETURN_REGISTERED", CUSTOMER)
    _plan_end(state, found)
    return found


def create(state: State, line: Announced, result: str) -> Return:
    """The retailer creates a return that nobody announced, and handles it at once; bol tells the customer."""
    found = _add(state, [line])
    _record(state, found, "RETURN_CREATED", RETAILER)
    handle(state, found, found.items[0], result, line.quantity)
    facts = {"by": BOL, "about": "RETURN_CREATED", "return_id": found.return_id}
    state.record(found.retailer, "CUSTOMER_EMAILED", line.order.order_id, **facts)
    return found


def handle(
    state: State, found: Return, item: ReturnItem, result: str, quantity: int, by: str = RETAILER
) -> None:
    """Give units of a return item a handling result; an item that has one already gets another instead."""
    if item.handled:
        item.results.clear()
    item.results.append(Processing(quantity, result, ACCEPTED, state.now))
    some_will_do = state.options.assumptions.any_handling_result_handles_a_return
    item.handled = some_will_do or sum(each.quantity for each in item.results) >= item.expected
    _record_result(state, found, item, item.results[-1], "RETURN_HANDLED", by)


def cancel(state: State, found: Return, item: ReturnItem, result: str) -> None:
    """bol gives up on a return item, for a reason such as EXPIRED."""
    item.results = [Processing(item.expected, result, CANCELLED, state.now)]
    item.handled = True
    _record_result(state, found, item, item.results[-1], "RETURN_CANCELLED", BOL)


def expire(state: State, return_id: str) -> None:
    """Give up on what never came back."""
    found = state.returns.by_id[return_id]
    for item in found.items:
        if not item.results:
            cancel(state, found, item, "EXPIRED")


def handle_by_bol(state: State, return_id: str) -> None:
    """bol's warehouse receives what it had sent."""
    found = state.returns.by_id[return_id]
    for item in found.items:
        handle(state, found, item, "RETURN_RECEIVED", item.expected, BOL)


def find_announced(state: State, retailer: str | None, wanted: Json) -> Announced:
    """What ``{"orderItemId", "quantity"?, "mainReason"?, "detailedReason"?, "customerComments"?}`` means.

    Without a quantity it is all that can come back. Raises NothingToReturn for an unknown item.
    """
    item_id = str(wanted["orderItemId"])
    order = state.orders.by_item.get(item_id)
    if order is None or retailer not in (None, order.retailer):
        raise NothingToReturn(f"There is no order item {item_id}.")
    item = next(item for item in order.items if item.item_id == item_id)
    quantity = int(wanted.get("quantity") or returnable(state, item))
    return Announced(order, item, quantity, _reason(state, item, wanted))


def _reason(state: State, item: OrderItem, wanted: Json) -> Json:
    if not wanted.get("mainReason"):
        invented = reasons.invent(state.chance(f"reason {item.item_id} {state.counters['return']}"))
        return invented | without_none({"customerComments": wanted.get("customerComments")})
    names = ("mainReason", "detailedReason", "customerComments")
    return {"customerComments": ""} | {name: wanted[name] for name in names if wanted.get(name)}


def of_order(state: State, order: Order) -> list[Announced]:
    """All of an order that could still come back; raises NothingToReturn when that is nothing."""
    lines = [
        find_announced(state, order.retailer, {"orderItemId": item.item_id})
        for item in order.items
        if returnable(state, item)
    ]
    if not lines:
        raise NothingToReturn(f"Nothing of order {order.order_id} can be returned.")
    return lines


def choose(state: State, retailer: str | None) -> list[Announced]:
    """What a random customer sends back: one item of an order, often not all of its units."""
    random = state.chance(f"return {state.counters['return']}")
    items = [item for item in _received(state, retailer) if returnable(state, item)]
    if not items:
        raise NothingToReturn("Nothing was shipped that can be returned.")
    item = random.choice(items)
    quantity = random.randint(1, returnable(state, item))
    return [find_announced(state, retailer, {"orderItemId": item.item_id, "quantity": quantity})]


def _received(state: State, retailer: str | None) -> Iterable[OrderItem]:
    return (item for order in state.orders.of(retailer) for item in order.items)


def plan(state: State, shipment: Shipment) -> None:
    """Let chance decide whether the customer will send this parcel back, and when."""
    random = state.chance(f"parcel {shipment.shipment_id}")
    if random.random() < state.options.returned_share:
        days = random.uniform(SOONEST / timedelta(days=1), LATEST / timedelta(days=1))
        state.agenda.plan(state.now + timedelta(days=days), "return", shipment.shipment_id)


def come_back(state: State, shipment_id: str) -> None:
    """The customer of a parcel sends back what is in it, unless that happened already."""
    shipment = state.shipments.by_id[shipment_id]
    lines = [find_announced(state, None, {"orderItemId": item_id}) for item_id in shipment.quantities]
    coming = [line for line in lines if line.quantity]
    if coming:
        register(state, coming)


def _check_together(announced: list[Announced]) -> None:
    if len({(line.order.retailer, line.item.method) for line in announced}) > 1:
        raise NothingToReturn("One parcel goes back to one shop, or to bol.")
    if len({line.item.item_id for line in announced}) < len(announced):
        raise NothingToReturn("An order item can be in a parcel only once.")


def _check_quantity(state: State, line: Announced) -> None:
    left = returnable(state, line.item)
    if not 0 < line.quantity <= left:
        raise NothingToReturn(f"{line.quantity} of item {line.item.item_id} cannot be returned, but {left}.")


def _add(state: State, announced: list[Announced]) -> Return:
    order = announced[0].order
    number = state.next_number("return")
    found = Return(
        number=number,
        return_id=str(64_000_000 + number),
        retailer=order.retailer,
        registered_at=state.now,
        method=announced[0].item.method,
        items=[_item(state, line) for line in announced],
        customer=order.customer,
    )
    state.returns.add(found)
    return found


def _item(state: State, line: Announced) -> ReturnItem:
    return ReturnItem(
        rma_id=str(86_000_000 + state.next_number("rma")),
        order_id=line.order.order_id,
        item_id=line.item.item_id,
        ean=line.item.ean,
        title=line.item.title,
        expected=line.quantity,
        reason=line.reason,
    )


def _plan_end(state: State, found: Return) -> None:
    """What bol sent itself goes back to its warehouse, and is handled there."""
    if found.method == "FBB":
        takes = timedelta(days=BOL_HANDLES_RETURNS_AFTER_DAYS)
        state.agenda.plan(state.now + takes, "bol-handles", found.return_id)
        return
    lasts = state.options.assumptions.a_return_expires_after
    if lasts is not None:
        state.agenda.plan(state.now + lasts, "return-expiry", found.return_id)


def _record(state: State, found: Return, effect: str, by: str) -> None:
    items = [
        {
            "rma": item.rma_id,
            "order": item.order_id,
            "item": item.item_id,
            "ean": item.ean,
            "quantity": item.expected,
            "reason": item.reason["mainReason"],
        }
        for item in found.items
    ]
    state.record(found.retailer, effect, found.return_id, by=by, items=items)


def _record_result(
    state: State, found: Return, item: ReturnItem, processing: Processing, effect: str, by: str
) -> None:
    state.record(
        found.retailer,
        effect,
        item.rma_id,
        by=by,
        return_id=found.return_id,
        order=item.order_id,
        item=item.item_id,
        ean=item.ean,
        result=processing.handling_result,
        quantity=processing.quantity,
    )
