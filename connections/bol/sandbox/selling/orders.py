"""Customers order, ask to cancel, and wait too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from connections.bol.sandbox.assumptions import COMMISSION_RATE
from connections.bol.sandbox.clock import day_of, start_of
from connections.bol.sandbox.entities import Json, Offer, Order, OrderItem
from connections.bol.sandbox.selling.customers import invent
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


@dataclass(frozen=True)
class Buyer:
    """What is known of a customer beforehand; None lets chance decide."""

    business: bool | None = None
    country: str | None = None


def place(state: State, wanted: list[tuple[Offer, int]], buyer: Buyer = Buyer()) -> Order:
    """A customer orders these quantities of these offers, all of one retailer."""
    number = state.next_number("order")
    order = Order(
        number=number,
        order_id=f"A{100_000 + number}LP{number % 10}",
        retailer=wanted[0][0].retailer,
        placed_at=state.now,
        changed_at=state.now,
        customer=invent(state.random, buyer.business, buyer.country),
        items=[_item(state, offer, quantity) for offer, quantity in wanted],
    )
    state.orders.add(order)
    _plan_expiry(state, order)
    items = [
        {"item": i.item_id, "offer": i.offer_id, "ean": i.ean, "quantity": i.quantity} for i in order.items
    ]
    state.record(order.retailer, "ORDER_PLACED", order.order_id, by=CUSTOMER, items=items)
    return order


def _item(state: State, offer: Offer, quantity: int) -> OrderItem:
    price = unit_price(offer, quantity)
    latest_delivery = day_of(state.now + days_to_customer(offer))
    offer.quantity_open += quantity
    offer.quantity_ordered_since += quantity
    return OrderItem(
        item_id=str(6_000_000_000 + state.next_number("item")),
        offer_id=offer.offer_id,
        ean=offer.ean,
        title=title_of(offer),
        reference=offer.reference,
        method=offer.fulfilment["method"],
        distribution_party="BOL" if _bol_carries(offer) else "RETAILER",
        quantity=quantity,
        unit_price=price,
        commission=(price * quantity * Decimal(COMMISSION_RATE)).quantize(CENT),
        latest_delivery=latest_delivery,
        expiry=latest_delivery + timedelta(days=3),
        baseline=offer.baseline,
        changed_at=state.now,
    )


def _bol_carries(offer: Offer) -> bool:
    return offer.fulfilment["method"] == "FBB" or offer.fulfilment.get("schedule") == "SHIPPING_VIA_BOL"


def _plan_expiry(state: State, order: Order) -> None:
    grace = timedelta(days=1 if state.options.assumptions.expires_after_the_day else 0)
    for item in order.items:
        state.agenda.plan(start_of(item.expiry + grace), "expiry", item.item_id)


def choose(state: State, retailer: str | None) -> list[tuple[Offer, int]]:
    """What a random customer puts in the basket: mostly one of one thing; raises NothingForSale."""
    first = _choose_offer(state, retailer)
    basket = {first.offer_id: first}
    if state.random.random() < 0.15:
        second = _choose_offer(state, first.retailer)
        basket[second.offer_id] = second
    return [(offer, _choose_quantity(state, offer)) for offer in basket.values()]


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


def request_cancellation(state: State, order: Order) -> None:
    """The customer asks to cancel whatever is still open."""
    for item in order.items:
        if item.open and not item.cancellation_request:
            item.cancellation_request = True
            note_change(state, order, item)
            facts = {"order": order.order_id, "by": CUSTOMER}
            state.record(order.retailer, "CANCELLATION_REQUESTED", item.item_id, **facts)


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


def find_wanted(state: State, retailer: str | None, wanted: Json, force: bool = False) -> tuple[Offer, int]:
    """The offer and quantity of ``{"ean" or "offerId", "quantity"?}``; raises NothingForSale unless forced."""
    quantity = int(wanted.get("quantity", 1))
    offers = _offers_named(state, retailer, wanted)
    for offer in offers:
        if is_for_sale(state, offer) and corrected_stock(offer) >= quantity:
            return offer, quantity
    if force and offers:
        return offers[0], quantity
    raise NothingForSale(f"{quantity} of {wanted.get('ean') or wanted.get('offerId')} cannot be bought now.")


def _offers_named(state: State, retailer: str | None, wanted: Json) -> list[Offer]:
    if "offerId" in wanted:
        offer = state.offers.by_id.get(wanted["offerId"])
        return [offer] if offer else []
    sellers = [retailer] if retailer else list(state.offers.numbers)
    return [offer for seller in sellers for offer in state.offers.with_ean(seller, wanted["ean"])]
