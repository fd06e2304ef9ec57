"""Customers order, ask to cancel, and wait too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from connections.bol.sandbox.assumptions import BOL_SHIPS_AFTER_HOURS, COMMISSION_RATE
from connections.bol.sandbox.clock import day_of, start_of
from connections.bol.sandbox.entities import Json, Offer, Order, OrderItem
from connections.bol.sandbox.selling import varying
from connections.bol.sandbox.selling.basket import Buyer, Line
from connections.bol.sandbox.selling.customers import invent, settle_in
from connections.bol.sandbox.selling.offers import (
    corrected_stock,
    days_to_customer,
    is_for_sale,
    title_of,
    unit_price,
)
from connections.bol.sandbox.state import State

TRIES = 60
CENT = Decimal("0.01")
CUSTOMER = "customer"
BOL = "bol"


class NothingForSale(LookupError):
    """A customer wanted something that cannot be bought now."""


def place(state: State, lines: list[Line], buyer: Buyer) -> Order:
    """A customer orders these lines, all of one retailer."""
    number = state.next_number("order")
    customer = invent(state.random, buyer.business, buyer.country)
    if state.options.variety:
        buyer, lines = varying.vary(state, number, customer, buyer, lines)
    order = Order(
        number=number,
        order_id=f"A{100_000 + number}LP{number % 10}",
        retailer=lines[0].offer.retailer,
        placed_at=state.now,
        changed_at=state.now,
        customer=settle_in(customer, buyer, state.chance(f"door {number}")),
        items=[_item(state, line, buyer) for line in lines],
    )
    state.orders.add(order)
    _plan_expiry(state, order)
    _plan_shipping_by_bol(state, order)
    items = [
        {"item": i.item_id, "offer": i.offer_id, "ean": i.ean, "quantity": i.quantity} for i in order.items
    ]
    state.record(order.retailer, "ORDER_PLACED", order.order_id, by=CUSTOMER, items=items)
    return order


def _item(state: State, line: Line, buyer: Buyer) -> OrderItem:
    offer, quantity = line.offer, line.quantity
    price = unit_price(offer, quantity)
    latest_delivery = buyer.exact_delivery or promised_day(state, offer)
    method = line.method or offer.fulfilment["method"]
    offer.quantity_open += quantity
    offer.quantity_ordered_since += quantity
    return OrderItem(
        item_id=str(6_000_000_000 + state.next_number("item")),
        offer_id=offer.offer_id,
        ean=offer.ean,
        title=title_of(offer),
        reference=offer.reference,
        method=method,
        distribution_party=line.distribution_party or _carrier(offer, method),
        quantity=quantity,
        unit_price=price,
        commission=(price * quantity * Decimal(COMMISSION_RATE)).quantize(CENT),
        latest_delivery=latest_delivery,
        expiry=latest_delivery + timedelta(days=3),
        baseline=offer.baseline,
        changed_at=state.now,
        exact_delivery=buyer.exact_delivery,
        time_frame=buyer.time_frame or "REGULAR",
        discounts=list(line.discounts),
        services=list(line.services),
    )


def promised_day(state: State, offer: Offer) -> date:
    """The last day on which an offer that is bought now arrives."""
    return day_of(state.now + days_to_customer(offer))


def _carrier(offer: Offer, method: str) -> str:
    via_bol = offer.fulfilment.get("schedule") == "SHIPPING_VIA_BOL"
    return "BOL" if method == "FBB" or via_bol else "RETAILER"


def _plan_expiry(state: State, order: Order) -> None:
    grace = timedelta(days=1 if state.options.assumptions.expires_after_the_day else 0)
    for item in order.items:
        state.agenda.plan(start_of(item.expiry + grace), "expiry", item.item_id)


def _plan_shipping_by_bol(state: State, order: Order) -> None:
    if any(item.method == "FBB" for item in order.items):
        state.agenda.plan(state.now + timedelta(hours=BOL_SHIPS_AFTER_HOURS), "bol-ships", order.order_id)


def choose(state: State, retailer: str | None) -> list[Line]:
    """What a random customer puts in the basket: mostly one of one thing; raises NothingForSale."""
    first = _choose_offer(state, retailer)
    basket = {first.offer_id: first}
    if state.random.random() < 0.15:
        second = _choose_offer(state, first.retailer)
        basket[second.offer_id] = second
    return [Line(offer, _choose_quantity(state, offer)) for offer in basket.values()]


def _choose_quantity(state: State, offer: Offer) -> int:
    wish = state.random.choices((1, 2, 3), weights=(85, 10, 5))[0]
    return min(wish, corrected_stock(offer))


def _choose_offer(state: State, retailer: str | None) -> Offer:
    sellers = [retailer] if retailer else [name for name, numbers in state.offers.numbers.items() if numbers]
    for _ in range(TRIES if sellers else 0):
        numbers = state.offers.numbers.get(state.random.choice(sellers))
        offer = state.offers.by_number[state.random.choice(numbers)] if numbers else None
        if offer and is_for_sale(state, offer):
            return offer
    return _first_for_sale(state, retailer)


def _first_for_sale(state: State, retailer: str | None) -> Offer:
    for offer in state.offers.of(retailer):
        if is_for_sale(state, offer):
            return offer
    raise NothingForSale("No offer is for sale.")


def request_cancellation(state: State, order: Order, item_ids: Sequence[str] | None = None) -> None:
    """The customer asks to cancel whatever is still open of these items, or of all."""
    for item in _chosen(order, item_ids):
        if item.open and not item.cancellation_request:
            item.cancellation_request = True
            note_change(state, order, item)
            facts = {"order": order.order_id, "by": CUSTOMER}
            state.record(order.retailer, "CANCELLATION_REQUESTED", item.item_id, **facts)


def cancel_by_customer(state: State, order: Order, item_ids: Sequence[str] | None = None) -> None:
    """The customer cancels in time, and bol carries it out without asking the retailer."""
    for item in _chosen(order, item_ids):
        if item.open:
            cancel(state, order, item, "REQUESTED_BY_CUSTOMER", CUSTOMER)


def _chosen(order: Order, item_ids: Sequence[str] | None) -> list[OrderItem]:
    known = {item.item_id: item for item in order.items}
    if item_ids is None:
        return order.items
    return [known[item_id] for item_id in item_ids]


def cancel(state: State, order: Order, item: OrderItem, reason: str, by: str) -> None:
    """Cancel what is still open of an item; it becomes available again."""
    quantity = item.open
    item.cancelled += quantity
    _give_back(state, item, quantity)
    note_change(state, order, item)
    facts = {"order": order.order_id, "ean": item.ean, "quantity": quantity, "reason": reason, "by": by}
    state.record(order.retailer, "ITEM_CANCELLED", item.item_id, **facts)


def _give_back(state: State, item: OrderItem, quantity: int) -> None:
    offer = state.offers.by_id.get(item.offer_id)
    if offer is None:
        return
    offer.quantity_open -= quantity
    if offer.baseline == item.baseline:
        offer.quantity_ordered_since -= quantity


def expire(state: State, item_id: str) -> None:
    """Cancel an item that the retailer left open too long."""
    order = state.orders.by_item.get(item_id)
    item = next((item for item in order.items if item.item_id == item_id), None) if order else None
    if order and item and item.open:
        cancel(state, order, item, "EXPIRED", BOL)


def note_change(state: State, order: Order, item: OrderItem) -> None:
    """Remember when the item and its order last changed."""
    item.changed_at = order.changed_at = state.now
    state.orders.note_change(order)


def find_wanted(state: State, retailer: str | None, wanted: Json, force: bool = False) -> Line:
    """The line for ``{"ean" or "offerId", "quantity"?, ...}``; raises NothingForSale unless forced."""
    quantity = int(wanted.get("quantity", 1))
    offers = _offers_named(state, retailer, wanted)
    for offer in offers:
        if is_for_sale(state, offer) and corrected_stock(offer) >= quantity:
            return Line.read(offer, quantity, wanted)
    if force and offers:
        return Line.read(offers[0], quantity, wanted)
    raise NothingForSale(f"{quantity} of {wanted.get('ean') or wanted.get('offerId')} cannot be bought now.")


def _offers_named(state: State, retailer: str | None, wanted: Json) -> list[Offer]:
    if "offerId" in wanted:
        offer = state.offers.by_id.get(wanted["offerId"])
        return [offer] if offer else []
    sellers = [retailer] if retailer else list(state.offers.numbers)
    return [offer for seller in sellers for offer in state.offers.with_ean(seller, wanted["ean"])]
