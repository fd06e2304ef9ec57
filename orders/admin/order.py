"""Orders: a list to find what has to leave, and a page that tells an order's whole story."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    action,
    display,
    show_age,
    show_label,
)
from connections.timeline import show_timeline
from orders.addresses import CONTACT, NAME, PICKUP_POINT, STREET, lines_of
from orders.admin.buying import MOST as MOST_LABELS
from orders.admin.buying import BuyLabelsPage
from orders.admin.cancelling import CancellingActions
from orders.admin.exporting import OrderExport
from orders.admin.filters import CountryFilter
from orders.admin.item import OrderItemInline
from orders.admin.marking import ShippingActions
from orders.admin.paper import PaperActions
from orders.admin.returning import CreateReturnPage
from orders.admin.returns import show_returns
from orders.admin.shipment import ShipmentInline
from orders.admin.worklists import WorkListFilter, WorkLists
from orders.models import Order
from orders.queries import messages_about, search_orders


@admin.register(Order)
class OrderAdmin(WorkLists, ShippingActions, CancellingActions, PaperActions, OrderExport, ReadOnlyAdmin):
    list_display = [
        "order_id",
        "show_placed",
        "shipping_name",
        "shipping_country",
        "show_items",
        "deliver_by",
        "show_time_left",
        "show_status",
        "connection",
    ]
    list_filter = [
        WorkListFilter,
        ("status", ChoicesDropdownFilter),
        ("connection", RelatedDropdownFilter),
        CountryFilter,
        "is_vvb",
        "is_pickup_point",
        "is_business",
        ("fulfilment_method", ChoicesDropdownFilter),
    ]
    list_select_related = ["connection"]
    search_fields = ["order_id"]  # what is really searched: search_orders
    search_help_text = _("Order, name, postcode, EAN, reference or track and trace")
    ordering = ["-placed_at", "-id"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("order_id", "connection"),
                    "show_items",
                    ("show_status", "placed_at"),
                    ("fulfilment_method", "show_time_left"),
                    ("deliver_by", "expires_on"),
                    ("latest_changed_at", "read_at"),
                ]
            },
        ),
        (_("Customer"), {"fields": [("show_shipping", "show_billing")]}),
        (_("What came back"), {"fields": ["show_came_back"]}),
        (_("What happened"), {"fields": ["show_timeline"]}),
        (_("bol's answer"), {"fields": ["show_raw"], "classes": ["collapse"]}),
    ]
    readonly_fields = [
        "show_items",
        "show_status",
        "show_time_left",
        "show_shipping",
        "show_billing",
        "show_came_back",
        "show_timeline",
        "show_raw",
    ]
    inlines = [OrderItemInline, ShipmentInline]
    actions = [
        "mark_shipped",
        "accept_requests",
        "ship_anyway",
        "cancel_items",
        "buy_labels",
        "print_packing_slips",
        "print_pick_list",
        "export_chosen_csv",
        "export_chosen_xlsx",
    ]
    actions_list = ["open_parcel_list", "export_csv", "export_xlsx"]
    actions_detail = [
        "open_accept_request",
        "open_ship_anyway",
        "open_mark_shipped",
        "open_packing_slip",
        {
            "title": _("More"),
            "items": ["open_buy_label", "open_cancel", "open_create_return"],
        },
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).prefetch_related("items")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        term = search_term.strip()
        return (search_orders(queryset, term) if term else queryset), False

    # Labels ----------------------------------------------------------------------------------------

    def has_buy_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("orders.buy_shippinglabel")

    @action(description=_("Buy shipping labels"), permissions=["buy"])
    def buy_labels(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        return BuyLabelsPage(self, request).open(queryset.values_list("pk", flat=True)[: MOST_LABELS + 1])

    @action(description=_("Buy a label"), permissions=["buy"], icon="label", url_path="buy-label")
    def open_buy_label(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:orders_shippinglabel_buy", query={"order": object_id}))

    # Returns ---------------------------------------------------------------------------------------

    def has_return_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("orders.change_returnitem")

    @action(description=_("Create a return"), permissions=["return"], icon="undo", url_path="create-return")
    def open_create_return(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return CreateReturnPage(self, request, object_id).answer()

    # Columns ---------------------------------------------------------------------------------------

    @display(description=_("Placed"), ordering="placed_at")
    def show_placed(self, order: Order) -> str:
        return show_age(order.placed_at)

    @display(description=_("Items"))
    def show_items(self, order: Order) -> str:
        return ", ".join(str(item) for item in order.items.all())

    @display(description=_("Status"), ordering="status")
    def show_status(self, order: Order) -> str:
        status = Order.Status(order.status)
        return show_label(status.label, Order.STATUS_COLOURS[status])

    @display(description=_("Ships to"))
    def show_shipping(self, order: Order) -> SafeString:
        return show_person(order, order.shipping_details)

    @display(description=_("Invoice to"))
    def show_billing(self, order: Order) -> SafeString:
        return show_person(order, order.billing_details)

    @display(description=_("Returns"))
    def show_came_back(self, order: Order) -> SafeString | str:
        return show_returns(order.items.all()) or gettext("Nothing.")

    @display(description="")
    def show_timeline(self, order: Order) -> str:
        return show_timeline(order, messages_about(order))

    @display(description=_("As received"))
    def show_raw(self, order: Order) -> SafeString:
        text = json.dumps(order.raw, indent=2, ensure_ascii=False)
        return format_html(
            '<details><summary>{}</summary><pre class="overflow-x-auto text-xs">{}</pre></details>',
            gettext("Show what bol answered"),
            text,
        )


def show_person(order: Order, details: dict[str, Any]) -> SafeString:
    """Return an address, and when the person was removed from it."""
    if order.anonymised_at is None:
        return show_address(details)
    day = formats.date_format(timezone.localtime(order.anonymised_at))
    removed = gettext("Name and address were removed on %s.") % day
    return format_html("{}{}", show_address(details), removed)


def show_address(details: dict[str, Any]) -> SafeString:
    """Return the lines of an address as bol gives it, with everything that helps to deliver and to invoice."""
    delivery = (*NAME, *PICKUP_POINT, *STREET, ("zipCode", "city", "countryCode"))
    lines = lines_of(details, (*delivery, *CONTACT))
    return format_html_join("", "{}<br>", [(line,) for line in lines])
