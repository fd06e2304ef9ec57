"""Parcels that left, and what bol knows of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    TabularInline,
    action,
    display,
    show_age,
    show_label,
)
from connections.models import OutboxMessage
from connections.timeline import show_timeline
from orders.admin.correcting import CorrectTransportPage
from orders.models import Shipment, TransportState


class ShipmentRow:
    """The columns of a parcel, in its own list and on the page of its order."""

    @display(description=_("State"), ordering="state")
    def show_state(self, shipment: Shipment) -> str:
        state = Shipment.State(shipment.state)
        return show_label(state.label, Shipment.STATE_COLOURS[state])

    @display(description=_("Left"), ordering="shipped_at")
    def show_left(self, shipment: Shipment) -> str:
        return show_age(shipment.shipped_at)

    @display(description=_("Correction"), ordering="transport_state")
    def show_correction(self, shipment: Shipment) -> SafeString | str:
        """Return how a correction of carrier or code stands, and what bol said of it."""
        state = TransportState(shipment.transport_state)
        if state == TransportState.NONE:
            return ""
        label = show_label(state.label, Shipment.TRANSPORT_COLOURS[state])
        return format_html("{} {}", label, shipment.transport_reason)

    @display(description=_("Contents"))
    def show_contents(self, shipment: Shipment) -> str:
        return shipment.contents


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
        "show_correction",
        "show_correct",
    ]
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        return super().get_queryset(request).prefetch_related("items__item")

    @display(description="")
    def show_correct(self, shipment: Shipment) -> SafeString:
        address = reverse("admin:orders_shipment_correct", args=[shipment.pk])
        return format_html('<a class="underline" href="{}">{}</a>', address, gettext("Correct code"))

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
        "show_correction",
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("transport_state", ChoicesDropdownFilter),
        ("order__connection", RelatedDropdownFilter),
    ]
    list_select_related = ["order"]
    search_fields = ["reference__exact", "track_and_trace__exact", "order__order_id__exact"]
    search_help_text = _("Reference, track and trace or order")
    fieldsets = [
        (None, {"fields": [("reference", "show_order"), "show_contents", ("show_state", "reason")]}),
        (
            _("Transport"),
            {
                "fields": [
                    ("transporter_code", "track_and_trace"),
                    ("shipped_at", "created_by"),
                    ("show_batch", "show_correction"),
                ]
            },
        ),
        (
            _("At bol"),
            {
                "fields": [
                    ("known_transporter_code", "known_track_and_trace"),
                    ("shipment_id", "transport_id"),
                    "confirmed_at",
                ]
            },
        ),
        (_("What happened"), {"fields": ["show_timeline"]}),
    ]
    readonly_fields = [
        "show_order",
        "show_contents",
        "show_state",
        "show_batch",
        "show_correction",
        "show_timeline",
    ]
    actions_detail = ["correct"]

    @display(description="")
    def show_timeline(self, shipment: Shipment) -> str:
        return show_timeline(shipment, OutboxMessage.objects.filter(subject=shipment.subject))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.show_correct_page)
        own = path("<int:shipment_id>/correct/", view, name="orders_shipment_correct")
        return [own, *super().get_urls()]

    def has_ship_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("orders.change_order"))

    @action(
        description=_("Correct track and trace"), permissions=["ship"], icon="edit", url_path="open-correct"
    )
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:orders_shipment_correct", object_id)

    def show_correct_page(self, request: HttpRequest, shipment_id: str) -> HttpResponse:
        return CorrectTransportPage(self, request, shipment_id).answer()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        return super().get_queryset(request).prefetch_related("items__item")

    @display(description=_("Marked together"))
    def show_batch(self, shipment: Shipment) -> SafeString | str:
        if shipment.batch_id is None:
            return "–"  # noqa: RUF001 - a dash for nothing
        address = reverse("admin:orders_shipmentbatch_change", args=[shipment.batch_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, gettext("with others"))

    @display(description=_("Order"), ordering="order__order_id")
    def show_order(self, shipment: Shipment) -> SafeString:
        address = reverse("admin:orders_order_change", args=[shipment.order_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, shipment.order)
