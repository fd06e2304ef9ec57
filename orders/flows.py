"""What the orders app fetches by itself, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from connections.flows import FlowKind, register
from connections.models import Connection
from orders import sweeping
from orders.fetching import fetch_orders
from orders.models import Order, Return
from orders.noting import FLOW
from orders.returns.fetching import fetch_returns
from orders.returns.noting import FLOW as RETURNS


def _count_orders(connection: Connection, since: datetime, until: datetime) -> int:
    return Order.objects.filter(connection=connection, fetched_at__range=(since, until)).count()


def _count_returns(connection: Connection, since: datetime, until: datetime) -> int:
    return Return.objects.filter(connection=connection, fetched_at__range=(since, until)).count()


register(
    FlowKind(
        name=FLOW,
        label=_("Orders"),
        run=fetch_orders,
        interval=getattr(settings, "ORDERS_INTERVAL", timedelta(minutes=1)),
        freshness=timedelta(minutes=15),
        is_urgent=True,
        tells_of_sales=True,
        brought=_count_orders,
    )
)
register(
    FlowKind(
        name=RETURNS,
        label=_("Returns"),
        run=fetch_returns,
        interval=timedelta(minutes=15),
        freshness=timedelta(hours=2),
        brought=_count_returns,
    )
)
register(
    FlowKind(
        name=sweeping.FLOW,
        label=_("Second look for orders"),
        run=sweeping.find_missed_orders,
        interval=timedelta(days=1),
        freshness=timedelta(days=2),
    )
)
