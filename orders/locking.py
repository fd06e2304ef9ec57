"""The lock that everybody takes first who changes something about an order: the row of the order."""

from __future__ import annotations

from collections.abc import Collection

from orders.models import Order, Shipment


def lock_orders(keys: Collection[int]) -> list[Order]:
    """Lock these orders for the rest of this transaction, and return them with their connections."""
    # Always in the same order, so that two bulk actions do not wait for each other for ever.
    locked = Order.objects.select_for_update(of=("self",)).select_related("connection")
    return list(locked.filter(pk__in=keys).order_by("pk"))


def lock_order(key: int) -> Order:
    """Lock one order, and return it with its connection."""
    return lock_orders([key])[0]


def lock_shipment(key: int) -> Shipment:
    """Return a parcel as it is now, with its order locked."""
    shipment = Shipment.objects.get(pk=key)
    order = lock_order(shipment.order_id)
    shipment.refresh_from_db()
    shipment.order = order
    return shipment
