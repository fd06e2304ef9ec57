"""Parcels that were marked shipped together: how far bol has taken them in, followed until all are settled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ChangeList, ReadOnlyAdmin, display, show_age
from connections.models import Connection, OutboxMessage
from orders.admin.marking.recording import FILTERS, list_address
from orders.models import Order, Shipment, ShipmentBatch, ShipmentState
from orders.operations import CreateShipment

PER_PAGE = 100

# What people want to know, and the states of a parcel that stand for it.
TABS: dict[str, tuple[Any, Sequence[ShipmentState]]] = {
    "": (_("recorded"), list(ShipmentState)),
    "waiting": (_("bol not told yet"), [ShipmentState.WAITING]),
    "told": (_("told, not confirmed yet"), [ShipmentState.UNKNOWN, ShipmentState.SENT]),
    "confirmed": (_("confirmed by bol"), [ShipmentState.CONFIRMED]),
    "refused": (_("refused"), [ShipmentState.REFUSED]),
}


class BatchChangeList(ChangeList):
    """Counts the parcels of the batches on the page, and of no others."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        shown = {batch.pk: batch for batch in self.result_list}
        states = Shipment.objects.filter(batch__in=shown).order_by().values_list("batch", "state")
        counted: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for key, state, count in states.annotate(count=Count("pk")):
            counted[key][state] = count
        for key, batch in shown.items():
            batch.counts = counted[key]


@admin.register(ShipmentBatch)
class ShipmentBatchAdmin(ReadOnlyAdmin):
    list_display = ["show_age", "created_by", "source", "show_parcels", "show_unsettled", "show_refused"]
    list_select_related = ["created_by"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("orders.view_shipment"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BatchChangeList

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        batch = get_object_or_404(ShipmentBatch.objects.select_related("created_by"), pk=object_id)
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        tab = request.GET.get("show", "") if request.GET.get("show") in TABS else ""
        page, parcels = _parcels(request, batch, tab)
        context = {
            **self.admin_site.each_context(request),
            **_progress(batch),
            "opts": self.opts,
            "title": gettext("Marked shipped"),
            "batch": batch,
            "page": page,
            "parcels": parcels,
            "to_mark_again": _mark_again(batch) if request.user.has_perm("orders.change_order") else "",
            "tab": tab,
            "filters": request.GET.get(FILTERS, ""),
            "filters_name": FILTERS,
            "back": list_address(request),
        }
        return TemplateResponse(request, "admin/orders/shipmentbatch/batch.html", context)

    @display(description=_("Marked shipped"), ordering="id")
    def show_age(self, batch: ShipmentBatch) -> str:
        return show_age(batch.created_at)

    @display(description=_("Parcels"))
    def show_parcels(self, batch: Any) -> int:
        return int(batch.counts.total())

    @display(description=_("Not settled yet"))
    def show_unsettled(self, batch: Any) -> int:
        return sum(batch.counts[state] for state in ShipmentState.unsettled())

    @display(description=_("Refused"))
    def show_refused(self, batch: Any) -> int:
        return int(batch.counts[ShipmentState.REFUSED])


def _progress(batch: ShipmentBatch) -> dict[str, Any]:
    """Return how many parcels stand where, and whether that changes by itself."""
    held_up, counts = _held_up(batch), _counts(batch)
    unsettled = counts["waiting"] + counts["told"]
    return {
        "totals": [(name, words, counts[name]) for name, (words, _states) in TABS.items()],
        "settled": counts[""] - unsettled,
        "unsettled": unsettled,
        "refused": counts["refused"],
        "held_up": held_up,
        # What a read-only or paused connection holds back does not change by itself.
        "is_moving": unsettled > sum(connection.parcels for connection in held_up),
    }


def _counts(batch: ShipmentBatch) -> dict[str, int]:
    counted = batch.shipments.order_by().values_list("state").annotate(count=Count("pk"))
    by_state = dict(counted.values_list("state", "count"))
    return {name: sum(by_state.get(state, 0) for state in states) for name, (_words, states) in TABS.items()}


def _held_up(batch: ShipmentBatch) -> list[Any]:
    """Return the connections that may not send, with how many parcels wait for each."""
    waiting = Q(orders__shipments__batch=batch, orders__shipments__state=ShipmentState.WAITING)
    stopped = Connection.objects.filter(waiting).exclude(pk__in=Connection.objects.live())
    return list(stopped.annotate(parcels=Count("orders__shipments")))


def _parcels(
    request: HttpRequest, batch: ShipmentBatch, tab: str
) -> tuple[Page[Shipment], list[tuple[Shipment, str]]]:
    """Return a page, and its parcels, each with the next step where it was refused."""
    _words, states = TABS[tab]
    found = batch.shipments.filter(state__in=states).select_related("order").prefetch_related("items__item")
    page = Paginator(found.order_by("pk"), PER_PAGE).get_page(request.GET.get("page"))
    parcels = list(page.object_list)
    refused = {parcel.subject for parcel in parcels if parcel.state == ShipmentState.REFUSED}
    failed = OutboxMessage.objects.failed().filter(operation=CreateShipment.name, subject__in=refused)
    advice = dict(failed.values_list("subject", "advice"))
    return page, [(parcel, advice.get(parcel.subject, "")) for parcel in parcels]


def _mark_again(batch: ShipmentBatch) -> str:
    """Return where the orders of refused parcels are marked again; "" where nothing of them is open."""
    refused = Order.objects.to_ship().filter(shipments__batch=batch, shipments__state=ShipmentState.REFUSED)
    keys = list(refused.distinct().order_by("pk").values_list("pk", flat=True)[:PER_PAGE])
    return reverse("admin:orders_order_mark_shipped", query={"order": keys}) if keys else ""
