"""Finds the offers of items that came in before their offer was known here, as when one is adopted later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from connections.models import Connection
from offers.choices import FulfilmentMethod
from orders.locking import lock_orders
from orders.matching import Bought, find_offers
from orders.models import OrderItem
from orders.selling import settle_stock

# What was ordered longer ago counts for nothing any more.
LOOKED_AT = timedelta(days=30)
CHUNK = 200


def match_again(connection: Connection) -> int:
    """Look once more for the offers of unmatched items, and settle their stock; return how many were found."""
    return sum(_match(connection, keys) for keys in _unmatched(connection))


def _unmatched(connection: Connection) -> Iterator[list[int]]:
    """Yield the keys of items without an offer, a chunk at a time."""
    items = OrderItem.objects.filter(
        order__connection=connection,
        order__placed_at__gte=timezone.now() - LOOKED_AT,
        offer=None,
        fulfilment_method=FulfilmentMethod.FBR,
    )
    last = 0
    while keys := list(items.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield keys
        last = keys[-1]


@transaction.atomic
def _match(connection: Connection, keys: Sequence[int]) -> int:
    waiting = OrderItem.objects.filter(pk__in=keys).values_list("order_id", flat=True)
    orders = {order.pk: order for order in lock_orders(set(waiting))}
    # Read under the lock: an answer may have matched some meanwhile.
    items = list(OrderItem.objects.filter(pk__in=keys, offer=None).order_by("pk"))
    found = find_offers(
        connection, [Bought(str(item.pk), item.bol_offer_id, item.reference, item.ean) for item in items]
    )
    matched = [item for item in items if str(item.pk) in found]
    for item in matched:
        item.order, item.offer_id = orders[item.order_id], found[str(item.pk)]
    OrderItem.objects.bulk_update(matched, ["offer"])
    settle_stock(matched)
    return len(matched)
