"""What the orders app fetches by itself, and how often."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from connections.flows import FlowKind, register
from orders.fetching import fetch_orders
from orders.noting import FLOW

register(
    FlowKind(
        name=FLOW,
        label=_("Orders"),
        run=fetch_orders,
        interval=getattr(settings, "ORDERS_INTERVAL", timedelta(minutes=1)),
        freshness=timedelta(minutes=15),
    )
)
