"""Which orders and returns may forget their customer: those that are through, and nothing about them is under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from orders.models import (
    Cancellation,
    CancellationState,
    Order,
    OrderStatus,
    Return,
    ReturnCreation,
    ReturnHandling,
    ReturnItem,
    Shipment,
    ShipmentState,
)
from orders.models.returned import UNSETTLED
from orders.models.shipment import TransportState

THROUGH = (OrderStatus.SHIPPED, OrderStatus.CANCELLED)
CANCELLING = (CancellationState.WAITING, CancellationState.UNKNOWN, CancellationState.SENT)
CORRECTING = (TransportState.WAITING, TransportState.UNKNOWN, TransportState.SENT)


def limit() -> datetime:
    """Return the moment before which something must have been handled to forget its customer now."""
    return timezone.now() - timedelta(days=settings.PERSONAL_DATA_DAYS)


def orders_handled_before(moment: datetime) -> QuerySet[Order]:
    """Return the orders that know their customer although everything about them ended before `moment`."""
    at_bol = Q(latest_changed_at__lt=moment) | Q(latest_changed_at=None, fetched_at__lt=moment)
    orders = Order.objects.filter(at_bol, anonymised_at=None, status__in=THROUGH)
    for still_busy in (_parcels(moment), _cancellations(moment), _returned(moment), _creations(moment)):
        orders = orders.exclude(still_busy)
    return orders


def returns_handled_before(moment: datetime) -> QuerySet[Return]:
    """Return the returns that know their customer although everything about them ended before `moment`."""
    registered = Q(registered_at__lt=moment) | Q(registered_at=None, fetched_at__lt=moment)
    returns = Return.objects.filter(registered, anonymised_at=None)
    waiting = ReturnItem.objects.filter(parcel=OuterRef("pk"), is_handled=False)
    told = ReturnHandling.objects.filter(_command_since(moment), item__parcel=OuterRef("pk"))
    return returns.exclude(Exists(waiting)).exclude(Exists(told))


def _parcels(moment: datetime) -> Exists:
    unsettled = Q(state__in=ShipmentState.unsettled()) | Q(transport_state__in=CORRECTING)
    late = Q(shipped_at__gte=moment) | Q(confirmed_at__gte=moment)
    return Exists(Shipment.objects.filter(unsettled | late, order=OuterRef("pk")))


def _cancellations(moment: datetime) -> Exists:
    late = Q(state__in=CANCELLING) | Q(created_at__gte=moment) | Q(confirmed_at__gte=moment)
    return Exists(Cancellation.objects.filter(late, item__order=OuterRef("pk")))


def _returned(moment: datetime) -> Exists:
    # By the order's id: bol names no order item, and what cannot be matched is a return all the same.
    late = Q(is_handled=False) | Q(parcel__registered_at__gte=moment)
    items = ReturnItem.objects.filter(late, order_id=OuterRef("order_id"))
    return Exists(items.filter(parcel__connection=OuterRef("connection")))


def _creations(moment: datetime) -> Exists:
    return Exists(ReturnCreation.objects.filter(_command_since(moment), order_item__order=OuterRef("pk")))


def _command_since(moment: datetime) -> Q:
    return Q(state__in=UNSETTLED) | Q(created_at__gte=moment) | Q(confirmed_at__gte=moment)
