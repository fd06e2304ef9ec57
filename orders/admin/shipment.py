"""Parcels that left, and what bol knows of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    TabularInline,
    display,
    show_age,
    show_label,
)
from orders.models import Shipment


class ShipmentRow:
    """The columns of a parcel, in its own list and on the page of its order."""

    @display(description=_("State"), ordering="state")
    def show_state(self, shipment: Shipment) -> str:
        state = Shipment.State(shipment.state)
        return show_label(state.label, Shipment.STATE_COLOURS[state])

    @display(description=_("Left"), ordering="shipped_at")
    def show_left(self, shipment: Shipment) -> str:
        return show_age(shipment.shipped_at)

    @display(description=_("Contents"))
    def show_contents(self, shipment: Shipment) -> str:
        return ", ".join(
            f"{packed.quantity} × {packed.item.title or packed.item.ean}"  # noqa: RUF001 - as people write it
            for packed in shipment.items.all()
        )


class ShipmentInline(ShipmentRow, TabularInline):
    """The parcels of an order."""

    model = Shipment
    fields = readonly_fields = [
        "reference",
        "show_contents",
        "transporter_code",
        "track_and_trace",
        "show_left",
        "show_state",
        "reason",
    ]
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        return super().get_queryset(request).prefetch_related("items__item")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Shipment)
class ShipmentAdmin(ShipmentRow, ReadOnlyAdmin):
    list_display = [
        "reference",
        "show_order",
        "show_contents",
        "transporter_code",
        "track_and_trace",
        "show_left",
        "show_state",
        "reason",
    ]
    list_filter = [("state", ChoicesDropdownFilter), ("order__connection", RelatedDropdownFilter)]
    list_select_related = ["order"]
    search_fields = ["reference__exact", "track_and_trace__exact", "order__order_id__exact"]
    search_help_text = _("Reference, track and trace or order")
    fieldsets = [
        (None, {"fields": [("reference", "show_order"), "show_contents", ("show_state", "reason")]}),
        (_("Transport"), {"fields": [("transporter_code", "track_and_trace"), ("shipped_at", "created_by")]}),
        (_("At bol"), {"fields": [("shipment_id", "transport_id"), "confirmed_at"]}),
    ]

    readonly_fields = ["show_order", "show_contents", "show_state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        return super().get_queryset(request).prefetch_related("items__item")

    @display(description=_("Order"), ordering="order__order_id")
    def show_order(self, shipment: Shipment) -> SafeString:
        address = reverse("admin:orders_order_change", args=[shipment.order_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, shipment.order)
