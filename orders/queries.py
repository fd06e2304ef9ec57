"""Reads across orders, parcels and messages for the screens."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from connections.models import OutboxMessage
from orders.matching import full_ean
from orders.models import Cancellation, Order, OrderItem, ReturnItem, Shipment
from orders.words import orders_named


def search_orders(orders: QuerySet[Order], term: str) -> QuerySet[Order]:
    """Return the orders that a term may mean.

    That is an order id, a name or the beginning of one, a postcode, an EAN with or without leading zeros, our reference,
    or the track and trace or reference of a parcel.
    """
    compact = "".join(term.split())
    code = compact.upper()
    ways: list[QuerySet[Any, Any]] = [
        Order.objects.filter(order_id__in={compact, code}).values("pk"),
        Order.objects.filter(shipping_postcode=code).values("pk"),
        OrderItem.objects.filter(ean=full_ean(compact)).values("order"),
        OrderItem.objects.filter(reference__in={term, code}).values("order"),
        Shipment.objects.filter(track_and_trace__in={compact, code}).values("order"),
        Shipment.objects.filter(reference=code).values("order"),
    ]
    named = orders_named(term)
    # A union of keys: with OR between the conditions no index would help, and every order would be read.
    first, *others = [way.order_by() for way in ([*ways, named] if named is not None else ways)]
    return orders.filter(pk__in=first.union(*others))


def search_returns(items: QuerySet[ReturnItem], term: str) -> QuerySet[ReturnItem]:
    """Return the returned articles that a number of an order, return or RMA, an EAN or a track and trace code may mean."""
    compact = term.replace(" ", "")
    return items.filter(
        Q(rma_id=compact)
        | Q(order_id=compact.upper())
        | Q(ean=full_ean(compact))
        | Q(parcel__return_id=compact)
        | Q(parcel__track_and_trace=compact)
    )


def messages_about(order: Order) -> QuerySet[OutboxMessage]:
    """Return what was said to bol about the parcels and cancellations of an order, newest first."""
    parcels = Shipment.objects.filter(order=order)
    cancellations = Cancellation.objects.filter(item__order=order)
    subjects = [about.subject for about in (*parcels, *cancellations)]
    return OutboxMessage.objects.filter(subject__in=subjects).order_by("-id")


def usual_transporter(user_key: int | None) -> str:
    """Return the carrier of the last parcel that this person marked shipped, or else of anybody's last; "" before the first."""
    parcels = Shipment.objects.order_by("-id").values_list("transporter_code", flat=True)
    return parcels.filter(created_by=user_key).first() or parcels.first() or ""
