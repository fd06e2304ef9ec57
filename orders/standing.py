"""Keeps where an order stands in its own columns, so that lists of a million orders can filter by it.

An order that holds items of both kinds is told by those that we ship; what bol ships (FBB) is bol's care.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from offers.choices import FulfilmentMethod
from orders.days import day_of
from orders.deadlines import ship_by
from orders.models import Order, OrderItem, ShipmentItem, ShipmentState
from orders.quantities import Line, status_of

STANDING = (
    "status",
    "deliver_by",
    "ship_by",
    "expires_on",
    "is_cancellation_requested",
    "unconfirmed_since",
    "only_here_since",
    "only_at_bol_since",
)


@dataclass(frozen=True)
class Parcelled:
    """An item in a parcel that bol has not confirmed."""

    order: int
    item: int
    state: str
    left_at: datetime


def line_of(item: OrderItem) -> Line:
    """Return the quantities of an item that was read `with_parcels()`."""
    return Line(
        ordered=item.quantity,
        shipped=item.quantity_shipped,
        cancelled=item.quantity_cancelled,
        own=item.own_quantity,  # type: ignore[attr-defined]
        unsettled=item.unsettled_quantity,  # type: ignore[attr-defined]
        is_cancelling=item.is_cancelling,  # type: ignore[attr-defined]
    )


def items_of(order_keys: Collection[int]) -> dict[int, list[OrderItem]]:
    """Return the items of these orders, with the quantities in our own parcels, by the key of their order."""
    found: dict[int, list[OrderItem]] = defaultdict(list)
    for item in OrderItem.objects.with_parcels().filter(order__in=order_keys).order_by("id"):
        found[item.order_id].append(item)
    return found


def update_standing(order_keys: Collection[int]) -> None:
    """Work out anew where these orders stand; call it in the transaction of the change, their rows locked."""
    items, parcelled = items_of(order_keys), _parcelled(order_keys)
    orders = Order.objects.filter(pk__in=order_keys).select_related("connection")
    changed: dict[Order, list[str]] = {}
    for order in orders.only(
        *STANDING, "placed_at", "fetched_at", "connection__is_live", "connection__created_at"
    ):
        ours = [item for item in items[order.pk] if item.fulfilment_method == FulfilmentMethod.FBR]
        names = _assign(order, _standing(order, ours or items[order.pk], parcelled[order.pk]))
        if names:
            changed[order] = names
    if changed:
        Order.objects.bulk_update(changed, sorted({name for names in changed.values() for name in names}))


def _standing(order: Order, items: Sequence[OrderItem], parcelled: Sequence[Parcelled]) -> dict[str, Any]:
    lines = {item: line_of(item) for item in items}
    ours = {item: line for item, line in lines.items() if item.fulfilment_method == FulfilmentMethod.FBR}
    open_at_bol = [item for item, line in ours.items() if line.open_at_bol and not line.is_cancelling]
    to_ship = [item for item, line in ours.items() if line.open]
    return {
        "status": status_of(list(lines.values())),
        "deliver_by": _earliest(_delivery_day(item) for item, line in lines.items() if line.open_at_bol),
        "ship_by": _earliest(_ship_by(order, item) for item in to_ship),
        "expires_on": _earliest(item.expiry_date for item in open_at_bol),
        "is_cancellation_requested": any(item.cancellation_requested for item in to_ship),
        "unconfirmed_since": _unconfirmed_since({item.pk: line for item, line in ours.items()}, parcelled),
        "only_here_since": _since(order.only_here_since, is_so=_is_only_here(ours.values())),
        "only_at_bol_since": _since(order.only_at_bol_since, is_so=_is_only_at_bol(order, ours.values())),
    }


def _assign(order: Order, values: dict[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(order, name) != value]
    for name in changed:
        setattr(order, name, values[name])
    return changed


def _parcelled(order_keys: Collection[int]) -> dict[int, list[Parcelled]]:
    """Return what is in parcels that bol has not confirmed, by the key of their order."""
    packed = ShipmentItem.objects.filter(shipment__order__in=order_keys)
    rows = packed.exclude(shipment__state=ShipmentState.CONFIRMED).values_list(
        "shipment__order_id", "item_id", "shipment__state", "shipment__shipped_at"
    )
    found: dict[int, list[Parcelled]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(Parcelled(*row))
    return found


def _delivery_day(item: OrderItem) -> date | None:
    return item.exact_delivery_date or item.latest_delivery_date


def _ship_by(order: Order, item: OrderItem) -> date:
    placed_on = day_of(order.placed_at or order.fetched_at)
    return ship_by(_delivery_day(item), placed_on, item.time_frame)


def _unconfirmed_since(lines: dict[int, Line], parcelled: Iterable[Parcelled]) -> datetime | None:
    """Return when the first parcel left that bol still has to be told of, or was told of and refused."""
    unsettled = ShipmentState.unsettled()
    moments = (
        packed.left_at
        for packed in parcelled
        if packed.item in lines
        and lines[packed.item].open_at_bol
        # What was refused and is in another parcel by now needs nobody.
        and (packed.state in unsettled or lines[packed.item].open)
    )
    return min(moments, default=None)


def _is_only_here(lines: Iterable[Line]) -> bool:
    """Tell whether bol confirmed more than it counts as shipped, and still waits for it."""
    return any(line.open_at_bol and line.own - line.unsettled > line.shipped for line in lines)


def _is_only_at_bol(order: Order, lines: Iterable[Line]) -> bool:
    """Tell whether bol counts more as shipped than left here, of an order that was ours to ship from here."""
    connection = order.connection
    is_from_before = order.placed_at is None or order.placed_at < connection.created_at
    if is_from_before or not connection.is_live:
        return False
    return any(line.shipped > line.own for line in lines)


def _since(before: datetime | None, *, is_so: bool) -> datetime | None:
    return (before or timezone.now()) if is_so else None


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day), default=None)
