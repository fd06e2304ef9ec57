"""Which orders in a list of bol's are not here as the list shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connections import bol
from connections.models import Connection
from orders.models import OrderItem


@dataclass(frozen=True)
class Difference:
    """An order that has to be read in full.

    `is_new`: nothing of it is here. `since` is when bol last changed what we do not have, None where its list does not say.
    """

    is_new: bool
    since: datetime | None


def compare(connection: Connection, listed: Sequence[bol.ReducedOrder]) -> dict[str, Difference]:
    """Return what differs, by order id. One query."""
    known: dict[str, dict[str, OrderItem]] = {order.order_id: {} for order in listed}
    items = OrderItem.objects.filter(order__connection=connection, order__order_id__in=known)
    for item in items.select_related("order").defer(*_NOT_NEEDED):
        known[item.order.order_id][item.order_item_id] = item
    found = ((order.order_id, _difference(order, known[order.order_id])) for order in listed)
    return {order_id: difference for order_id, difference in found if difference}


# The large texts of an order: a list of many is compared by a few numbers.
_NOT_NEEDED = ("order__raw", "order__shipping_details", "order__billing_details")


def _difference(order: bol.ReducedOrder, known: dict[str, OrderItem]) -> Difference | None:
    changed = [item for item in order.order_items if _has_changed(known.get(item.order_item_id), item)]
    if order.order_items and not changed:
        return None
    moments = [item.latest_changed_date_time for item in changed if item.latest_changed_date_time]
    return Difference(is_new=not known, since=max(moments, default=order.order_placed_date_time))


def _has_changed(known: OrderItem | None, listed: bol.ReducedOrderItem) -> bool:
    if known is None:
        return True
    listed_at, known_at = listed.latest_changed_date_time, known.latest_changed_at
    if listed_at and known_at and listed_at != known_at:
        return listed_at > known_at
    return _facts(listed) != (
        known.quantity,
        known.quantity_shipped,
        known.quantity_cancelled,
        known.cancellation_requested,
    )


def _facts(listed: bol.ReducedOrderItem) -> tuple[int, int, int, bool]:
    return (
        listed.quantity,
        listed.quantity_shipped,
        listed.quantity_cancelled,
        listed.cancellation_request,
    )
