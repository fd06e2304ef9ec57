"""Takes what was ordered off the stock of the offers that we lead, and gives back what was cancelled: exactly once.

Each item remembers how many of it count and how many were really taken, and what bol says of it is compared with that. So
it does not matter how often, or in which order, its answers come in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.sources import working_with
from offers.choices import FulfilmentMethod
from offers.leading import Sale
from offers.services import take_from_stock
from orders.models import Cancellation, CancellationReason, OrderItem, ShipmentItem

# Who cancels for one of these has nothing to put back on the shelf.
NOT_TO_BE_SOLD = (
    CancellationReason.OUT_OF_STOCK,
    CancellationReason.UNFINDABLE_ITEM,
    CancellationReason.BAD_CONDITION,
    CancellationReason.NOT_AVAIL_IN_TIME,
    CancellationReason.RETAIN_ITEM,
)


def settle_stock(items: Iterable[OrderItem]) -> None:
    """Bring the stock of offers in line with what these items count for.

    Call it in the transaction that stores them, once, with their orders locked.
    """
    ours = [item for item in items if item.offer_id and item.fulfilment_method == FulfilmentMethod.FBR]
    counting = _counting(ours)
    due = [item for item in ours if item.counted_quantity != counting[item.pk]]
    if not due:
        return
    with working_with(_source(due)):
        taken = take_from_stock([_sale(item, counting[item.pk]) for item in due])
    for item, quantity in zip(due, taken, strict=True):
        _note(item, counting[item.pk], quantity)
    OrderItem.objects.bulk_update(due, ["counted_quantity", "taken_from_stock"])


def _source(items: Sequence[OrderItem]) -> str:
    """Return what the messages about the stock name as their cause."""
    orders = {item.order.order_id for item in items}
    return _("order %s") % orders.pop() if len(orders) == 1 else _("orders")


def _counting(items: Sequence[OrderItem]) -> dict[int, int]:
    """Return how many of each item are gone from the shelf: all but what was cancelled before it left."""
    cancelled = [item.pk for item in items if item.quantity_cancelled]
    missing = _packed(cancelled) + _lost(cancelled) if cancelled else Counter()
    return {
        item.pk: max(item.quantity - item.quantity_cancelled, min(item.quantity, missing[item.pk]), 0)
        for item in items
    }


def _packed(keys: Collection[int]) -> Counter[int]:
    """Count what of these items is in parcels that left, refused by bol or not."""
    packed = ShipmentItem.objects.filter(item__in=keys).order_by().values_list("item")
    return Counter(dict(packed.annotate(pieces=Sum("quantity"))))


def _lost(keys: Collection[int]) -> Counter[int]:
    """Count what of these items we cancelled because it was not there, or not fit to be sold."""
    ours = Cancellation.objects.standing().filter(item__in=keys, reason_code__in=NOT_TO_BE_SOLD)
    return Counter(dict(ours.order_by().values_list("item").annotate(pieces=Sum("quantity"))))


def _sale(item: OrderItem, counting: int) -> Sale:
    offer = item.offer_id or 0
    if item.counted_quantity is None:
        return Sale(offer, counting, _known_at(item))
    more = counting - item.counted_quantity
    # What was cancelled gives back what it took, and no more than that.
    return Sale(offer, more if more > 0 else min(0, counting - item.taken_from_stock), timezone.now())


def _known_at(item: OrderItem) -> datetime:
    """Return since when people can know of an item: since it is here, or from bol itself before we were there."""
    placed_at = item.order.placed_at
    if placed_at and placed_at < item.order.connection.created_at:
        return placed_at
    return item.first_seen_at


def _note(item: OrderItem, counting: int, taken: int) -> None:
    item.counted_quantity = counting
    # Where bol leads the stock by now nothing was given back, and nothing is owed any more either.
    item.taken_from_stock = min(item.taken_from_stock + max(taken, 0), counting)
