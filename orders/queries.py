"""Reads across orders, parcels and messages for the screens."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from connections.models import OutboxMessage
from orders.models import Order, OrderItem, Shipment

EAN_LENGTH = 13


def search_orders(orders: QuerySet[Order], term: str) -> QuerySet[Order]:
    """Return the orders that a number, a name, a postcode, an EAN or a track and trace code may mean."""
    compact = term.replace(" ", "")
    ean = compact.zfill(EAN_LENGTH) if compact.isdigit() else compact
    # Exists instead of joins: no order appears twice, and each part can use its index.
    return orders.filter(
        Q(order_id=compact.upper())
        | Q(shipping_name__icontains=term)
        | Q(shipping_postcode=compact.upper())
        | Exists(OrderItem.objects.filter(order=OuterRef("pk"), ean=ean))
        | Exists(Shipment.objects.filter(order=OuterRef("pk"), track_and_trace=compact))
    )


def messages_about(shipments: Collection[Shipment]) -> QuerySet[OutboxMessage]:
    """Return what was said to bol about these parcels, newest first."""
    subjects = [shipment.subject for shipment in shipments]
    return OutboxMessage.objects.filter(subject__in=subjects).order_by("-id")
