"""Cancelling items: a decision that is recorded and then told to bol, never about what is in a parcel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from connections import outbox
from connections.models import Connection, Lane
from connections.outbox import Note
from offers.choices import FulfilmentMethod
from orders.locking import lock_orders
from orders.models import Cancellation, CancellationReason, Order, OrderItem
from orders.operations import CancelOrder
from orders.standing import items_of, line_of, update_standing

CHUNK = 500


@dataclass(frozen=True)
class CancellationRefusal:
    """Why an item was not cancelled: the item's key, the field that is wrong, and the reason in words."""

    item: int
    field: str
    reason: str


@dataclass
class Cancelled:
    """The cancellations that were recorded, and the items of which there is none."""

    cancellations: list[Cancellation] = field(default_factory=list)
    refusals: list[CancellationRefusal] = field(default_factory=list)

    def refuse(self, item: int, field: str, reason: str) -> None:
        self.refusals.append(CancellationRefusal(item, field, reason))


def cancel_items(items: Sequence[int], reason_code: str, *, by: Any = None) -> Cancelled:
    """Record that these order items are cancelled, by their keys, and have bol told; each by itself.

    An item that is in a parcel of which bol has not said how it ended is refused; of one that was partly shipped bol
    cancels what is still open. The orders are locked meanwhile, so an item is never shipped and cancelled at once.
    """
    done = Cancelled()
    if reason_code not in CancellationReason:
        for key in items:
            done.refuse(key, "reason_code", _("bol knows no reason “%s”.") % reason_code)
        return done
    for start in range(0, len(items), CHUNK):
        _cancel_chunk(items[start : start + CHUNK], reason_code, by, done)
    return done


def why_not(item: OrderItem) -> str:
    """Return why an item read `with_parcels()` cannot be cancelled, "" where it can."""
    line = line_of(item)
    if item.fulfilment_method != FulfilmentMethod.FBR:
        return _("bol ships “%s” itself (FBB).") % item.title
    if line.is_cancelling:
        return _("“%s” is being cancelled already.") % item.title
    if line.unsettled:
        return _(
            "%(quantity)d of “%(title)s” is in a parcel that left; bol has not confirmed it yet. Cancel what is left of it "
            "after that, or get the parcel back."
        ) % {"quantity": line.unsettled, "title": item.title}
    if not line.open:
        return _("Nothing of “%s” is open: it was shipped or cancelled already.") % item.title
    return ""


@transaction.atomic
def _cancel_chunk(keys: Sequence[int], reason_code: str, by: Any, done: Cancelled) -> None:
    order_keys = set(OrderItem.objects.filter(pk__in=keys).values_list("order_id", flat=True))
    orders = {order.pk: order for order in lock_orders(order_keys)}
    found = {item.pk: item for items in items_of(order_keys).values() for item in items}
    chosen: list[OrderItem] = []
    for key in dict.fromkeys(keys):
        reason = why_not(found[key]) if key in found else _("This item does not exist.")
        if reason:
            done.refuse(key, "", reason)
        else:
            chosen.append(found[key])
    done.cancellations += _record(chosen, reason_code, orders, by)


def _record(
    items: Sequence[OrderItem], reason_code: str, orders: dict[int, Order], by: Any
) -> list[Cancellation]:
    made = Cancellation.objects.bulk_create(_cancellation(item, reason_code, by) for item in items)
    update_standing({item.order_id for item in items})
    notes: dict[Connection, list[Note]] = defaultdict(list)
    for cancellation in made:
        note = Note(CancelOrder.name, cancellation.subject, Lane.SHIPMENTS)
        notes[orders[cancellation.item.order_id].connection].append(note)
    for connection, batch in notes.items():
        outbox.enqueue_many(connection, batch, by=by)
    return made


def _cancellation(item: OrderItem, reason_code: str, by: Any) -> Cancellation:
    return Cancellation(
        item=item,
        reason_code=reason_code,
        quantity=line_of(item).open,
        cancelled_before=item.quantity_cancelled,
        created_by=by,
    )
