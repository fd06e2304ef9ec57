"""Takes an answer of bol's about an order into the database: an older or emptier one changes nothing."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction

from connections import bol
from connections.models import Connection
from orders.assigning import assign
from orders.businesses import buys_for_business
from orders.matching import Bought, find_offers, full_ean
from orders.models import Order, OrderItem
from orders.personal_data.fields import anonymous
from orders.personal_data.tombstones import when_anonymised
from orders.returns.storing import match_order
from orders.selling import settle_stock
from orders.standing import update_standing
from orders.words import keep_words

Details = dict[str, Any]

# What an address cannot lack: without one of these an answer was blanked, not corrected.
ADDRESS = ("surname", "streetName", "houseNumber", "zipCode", "city", "countryCode")


class Stored(Enum):
    """What an answer did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older than what we have"


@transaction.atomic
def store(connection: Connection, answer: bol.Order, read_at: datetime) -> Stored:
    """Insert or update one order; `read_at` is when the request for this answer began."""
    order, is_new = Order.objects.select_for_update().get_or_create(
        connection=connection, order_id=answer.order_id
    )
    order.connection = connection
    if order.read_at and read_at < order.read_at:
        return Stored.OLDER
    changed = _store_order(order, answer, read_at, _anonymised_at(order, is_new=is_new))
    changed |= _store_items(order, answer)
    update_standing([order.pk])
    if is_new:
        match_order(connection, order.order_id)
        return Stored.NEW
    return Stored.CHANGED if changed else Stored.UNCHANGED


def _anonymised_at(order: Order, *, is_new: bool) -> datetime | None:
    if not is_new:
        return order.anonymised_at
    # A row that was deleted leaves its tombstone.
    return when_anonymised(order.connection, [order.order_id]).get(order.order_id)


def merge_details(stored: Details, answered: Details) -> Details:
    """Return what is known of a person after an answer: a new full address replaces, a blanked one erases nothing."""
    given = {name: value for name, value in answered.items() if value not in (None, "")}
    if _is_complete(given) and _address(given) != _address(stored):
        return given
    return stored | given


def _is_complete(details: Details) -> bool:
    return all(details.get(name) for name in ADDRESS)


def _address(details: Details) -> list[Any]:
    return [details.get(name) for name in ADDRESS]


def _store_order(order: Order, answer: bol.Order, read_at: datetime, anonymised_at: datetime | None) -> bool:
    shipping = merge_details(order.shipping_details, answer.raw.get("shipmentDetails") or {})
    billing = merge_details(order.billing_details, answer.raw.get("billingDetails") or {})
    moments = [item.latest_changed_date_time for item in answer.order_items]
    values = {
        "placed_at": answer.order_placed_date_time,
        "is_pickup_point": answer.pickup_point,
        "fulfilment_method": _method(answer),
        "shipping_details": shipping,
        "billing_details": billing,
        "raw": answer.raw if _is_fuller(answer.raw, order.raw) else order.raw,
        "latest_changed_at": max(filter(None, [order.latest_changed_at, *moments]), default=None),
        "is_business": buys_for_business(shipping, billing) or order.is_business,
        "is_vvb": any(_is_vvb(item) for item in answer.order_items) or order.is_vvb,
        **_columns(shipping),
        "anonymised_at": anonymised_at,
    }
    if anonymised_at:
        values = anonymous(Order, values)
    changed = assign(order, values)
    order.read_at = read_at
    order.save(update_fields=[*changed, "read_at"])
    if {"shipping_details", "billing_details"}.intersection(changed):
        keep_words(order)
    return bool(changed)


def _columns(shipping: Details) -> Details:
    return {
        "shipping_name": _text(shipping, "firstName", "surname"),
        "shipping_company": _text(shipping, "company"),
        "shipping_postcode": _text(shipping, "zipCode"),
        "shipping_city": _text(shipping, "city"),
        "shipping_country": _text(shipping, "countryCode"),
    }


def _text(details: Details, *names: str) -> str:
    return " ".join(str(details[name]) for name in names if details.get(name))


def _method(answer: bol.Order) -> str:
    methods = {item.fulfilment.method for item in answer.order_items if item.fulfilment}
    return next((method for method in ("FBR", "FBB") if method in methods), "")


def _is_vvb(item: bol.OrderItem) -> bool:
    """Tell whether an item that we ship needs bol's own label (Verzenden via bol)."""
    fulfilment = item.fulfilment
    return bool(fulfilment and fulfilment.method == "FBR" and fulfilment.distribution_party == "BOL")


def _is_fuller(answered: Details, stored: Details) -> bool:
    if not stored:
        return True
    enough_items = len(answered.get("orderItems") or []) >= len(stored.get("orderItems") or [])
    return enough_items and _is_complete(answered.get("shipmentDetails") or {})


def _store_items(order: Order, answer: bol.Order) -> bool:
    """Store what an answer says of each item, and bring the stock of what was bought in line with it."""
    known = {item.order_item_id: item for item in order.items.all()}
    matched = {item_id for item_id, item in known.items() if item.offer_id}
    bought = [Bought.of(item) for item in answer.order_items if item.order_item_id not in matched]
    offers = find_offers(order.connection, bought)
    changed, items = False, []
    for answered in answer.order_items:
        item_id = answered.order_item_id
        item = known.get(item_id) or OrderItem(order=order, order_item_id=item_id)
        changed |= _store_item(item, _item_values(answered, item) | {"offer_id": offers.get(item_id)})
        items.append(item)
    settle_stock(items)
    return changed


def _store_item(item: OrderItem, values: Details) -> bool:
    answered_at = values["latest_changed_at"]
    if answered_at and item.latest_changed_at and answered_at < item.latest_changed_at:
        return False
    changed = assign(item, values)
    if changed:
        item.save(update_fields=changed if item.pk else None)
    return bool(changed)


def _item_values(answered: bol.OrderItem, known: OrderItem) -> Details:
    return {
        "quantity": answered.quantity,
        # What left or was cancelled stays so: an answer that tells of less left something out.
        "quantity_shipped": max(answered.quantity_shipped, known.quantity_shipped),
        "quantity_cancelled": max(answered.quantity_cancelled, known.quantity_cancelled),
        "cancellation_requested": _wish(answered, known),
        "unit_price": answered.unit_price,
        "total_price": answered.total_price,
        "commission": answered.commission,
        **_extras(answered),
        "latest_changed_at": answered.latest_changed_date_time,
        **_article(answered),
        **_fulfilment(answered),
    }


def _wish(answered: bol.OrderItem, known: OrderItem) -> bool:
    """Return whether the customer wants to cancel; only an answer that says when it is from takes a wish back."""
    is_dated = answered.latest_changed_date_time is not None
    return answered.cancellation_request or (known.cancellation_requested and not is_dated)


def _extras(answered: bol.OrderItem) -> Details:
    # bol leaves an empty list out, so none says nothing.
    discounts = [{"title": said.title, "amount": f"{said.amount:.2f}"} for said in answered.discounts]
    services = [said.service_type for said in answered.additional_services]
    return {"discounts": discounts or None, "additional_services": services or None}


def _article(answered: bol.OrderItem) -> Details:
    return {
        "bol_offer_id": answered.offer and answered.offer.offer_id,
        "ean": answered.product and full_ean(answered.product.ean or ""),
        "title": answered.product and answered.product.title,
        "reference": answered.offer and answered.offer.reference,
    }


def _fulfilment(answered: bol.OrderItem) -> Details:
    fulfilment = answered.fulfilment
    if fulfilment is None:
        return {}
    return {
        "fulfilment_method": fulfilment.method,
        "distribution_party": fulfilment.distribution_party,
        "latest_delivery_date": fulfilment.latest_delivery_date,
        "exact_delivery_date": fulfilment.exact_delivery_date,
        "time_frame": fulfilment.time_frame_type,
        "expiry_date": fulfilment.expiry_date,
    }
