"""Keeps where an order stands in its own columns, so that lists can filter by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from orders.models import Order, OrderItem
from orders.quantities import Line, status_of


def line_of(item: OrderItem) -> Line:
    """Return the quantities of an item that was read `with_parcels()`."""
    return Line(
        ordered=item.quantity,
        shipped=item.quantity_shipped,
        cancelled=item.quantity_cancelled,
        own=item.own_quantity,  # type: ignore[attr-defined]
        unsettled=item.unsettled_quantity,  # type: ignore[attr-defined]
    )


def items_of(order_keys: Collection[int]) -> dict[int, list[OrderItem]]:
    """Return the items of these orders, with the quantities in our own parcels, by the key of their order."""
    found: dict[int, list[OrderItem]] = defaultdict(list)
    for item in OrderItem.objects.with_parcels().filter(order__in=order_keys).order_by("id"):
        found[item.order_id].append(item)
    return found


def update_standing(order_keys: Collection[int]) -> None:
    """Work out anew where these orders stand; call it in the transaction of the change, their rows locked."""
    items = items_of(order_keys)
    changed = [order for order in Order.objects.filter(pk__in=order_keys) if _update(order, items[order.pk])]
    Order.objects.bulk_update(changed, ["status", "deliver_by"], batch_size=500)


def _update(order: Order, items: Sequence[OrderItem]) -> bool:
    before = (order.status, order.deliver_by)
    order.status = status_of([line_of(item) for item in items])
    order.deliver_by = _deliver_by(items)
    return (order.status, order.deliver_by) != before


def _deliver_by(items: Sequence[OrderItem]) -> date | None:
    days = [
        item.exact_delivery_date or item.latest_delivery_date for item in items if line_of(item).open_at_bol
    ]
    return min((day for day in days if day), default=None)
