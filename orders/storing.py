"""Takes an answer of bol's about an order into the database: an older or emptier one changes nothing."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

from django.db import models, transaction

from connections import bol
from connections.models import Connection
from orders.matching import find_offers
from orders.models import Order, OrderItem
from orders.standing import update_standing

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
    if order.read_at and read_at < order.read_at:
        return Stored.OLDER
    changed = _store_items(order, answer)
    changed |= _store_order(order, answer, read_at)
    update_standing([order.pk])
    if is_new:
        return Stored.NEW
    return Stored.CHANGED if changed else Stored.UNCHANGED


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


def _store_order(order: Order, answer: bol.Order, read_at: datetime) -> bool:
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
        **_columns(shipping),
    }
    changed = _assign(order, values)
    order.read_at = read_at
    order.save(update_fields=[*changed, "read_at"])
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


def _is_fuller(answered: Details, stored: Details) -> bool:
    if not stored:
        return True
    enough_items = len(answered.get("orderItems") or []) >= len(stored.get("orderItems") or [])
    return enough_items and _is_complete(answered.get("shipmentDetails") or {})


def _store_items(order: Order, answer: bol.Order) -> bool:
    known = {item.order_item_id: item for item in order.items.all()}
    offers = find_offers(order.connection, answer.order_items)
    changed = False
    for answered in answer.order_items:
        item_id = answered.order_item_id
        item = known.get(item_id) or OrderItem(order=order, order_item_id=item_id)
        changed |= _store_item(item, _item_values(answered) | {"offer_id": offers.get(item_id)})
    return changed


def _store_item(item: OrderItem, values: Details) -> bool:
    answered_at = values["latest_changed_at"]
    if answered_at and item.latest_changed_at and answered_at < item.latest_changed_at:
        return False
    changed = _assign(item, values)
    if changed:
        item.save(update_fields=changed if item.pk else None)
    return bool(changed)


def _item_values(answered: bol.OrderItem) -> Details:
    return {
        "quantity": answered.quantity,
        "quantity_shipped": answered.quantity_shipped,
        "quantity_cancelled": answered.quantity_cancelled,
        "cancellation_requested": answered.cancellation_request,
        "unit_price": answered.unit_price,
        "total_price": answered.total_price,
        "commission": answered.commission,
        "latest_changed_at": answered.latest_changed_date_time,
        **_article(answered),
        **_fulfilment(answered),
    }


def _article(answered: bol.OrderItem) -> Details:
    return {
        "ean": answered.product and answered.product.ean,
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
        "expiry_date": fulfilment.expiry_date,
    }


def _assign(row: models.Model, values: Details) -> list[str]:
    """Set what is given and differs; return the names of the changed fields."""
    given = {name: _fitting(row, name, value) for name, value in values.items() if value not in (None, "")}
    changed = [name for name, value in given.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, given[name])
    return changed


def _fitting(row: models.Model, name: str, value: Any) -> Any:
    # One overlong title must not keep an order out.
    length = getattr(row._meta.get_field(name), "max_length", None)  # noqa: SLF001 - Django's public API
    return value[:length] if length and isinstance(value, str) else value
