"""The main pages of the back office, where to find them in a shop after a busy day."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from connections.models import Alert, Connection, OutboxMessage
from offers.models import Drift, EanConflict, ImportRun, Offer
from orders.models import Order, ReturnItem, Shipment, ShipmentBatch
from tests.journeys.shop import NAME


def main_pages() -> dict[str, str]:
    """Return the addresses of the main pages by name."""
    to_ship = Order.objects.to_ship().filter(is_cancellation_requested=False)
    asking = Order.objects.asking_to_cancel()
    return {
        "today": reverse("admin:index"),
        "offers": _list(Offer),
        "offer": _page(Offer.objects.filter(status="on_sale").order_by("-pk")),
        "ean-conflicts": _list(EanConflict),
        "ean-conflict": _page(EanConflict.objects.open()),
        "drift": _list(Drift),
        "imports": _list(ImportRun),
        "import": _page(ImportRun.objects.all()),
        "import-refused": _page(ImportRun.objects.all(), show="rejected"),
        "orders": _list(Order),
        "to-ship": _list(Order, list="to-ship"),
        "order": _page(asking),
        "mark-shipped": _asking("order_mark_shipped", order=_keys(to_ship, 3)),
        "cancel": _asking("order_cancel", order=_keys(asking, 1)),
        "shipments": _list(Shipment),
        "marked-together": _list(ShipmentBatch),
        "returns": _list(ReturnItem),
        "handle-return": _asking("returnitem_handle", item=_keys(ReturnItem.objects.to_handle(), 1)),
        "connections": _list(Connection),
        "connection": _page(Connection.objects.filter(name=NAME)),
        "connection-refused": _page(Connection.objects.exclude(status="active")),
        "messages": _list(OutboxMessage),
        "alerts": _list(Alert),
    }


def _list(model: Any, **filters: str) -> str:
    return _with(reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"), **filters)


def _page(rows: QuerySet[Any], **query: str) -> str:
    row = rows[0]
    address = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
    return _with(address, **query)


def _asking(name: str, **keys: list[int]) -> str:
    return _with(reverse(f"admin:orders_{name}"), **keys)


def _keys(rows: QuerySet[Any], count: int) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:count])


def _with(address: str, **query: Any) -> str:
    return f"{address}?{urlencode(query, doseq=True)}" if query else address
