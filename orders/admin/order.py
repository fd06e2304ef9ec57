"""Orders: a list to find what has to leave, and a page that tells an order's whole story."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections import operations
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
from orders.admin.filters import CountryFilter
from orders.admin.marking import MOST, MarkShippedPage
from orders.admin.shipment import ShipmentInline
from orders.models import Order, OrderItem
from orders.queries import messages_about, search_orders
from orders.standing import line_of

SHOWN_MESSAGES = 10


class OrderItemInline(TabularInline):
    """The lines of an order."""

    model = OrderItem
    fields = readonly_fields = [
        "title",
        "ean",
        "show_offer",
        "quantity",
        "quantity_shipped",
        "quantity_cancelled",
        "show_open",
        "unit_price",
        "total_price",
        "commission",
        "show_delivery",
        "expiry_date",
        "show_wish",
    ]
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderItem]:
        return super().get_queryset(request).with_parcels().select_related("offer")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("Open"))
    def show_open(self, item: OrderItem) -> int:
        return line_of(item).open

    @display(description=_("Delivery"))
    def show_delivery(self, item: OrderItem) -> str:
        day = item.exact_delivery_date or item.latest_delivery_date
        return formats.date_format(day) if day else ""

    @display(description=_("Customer's wish"))
    def show_wish(self, item: OrderItem) -> str:
        return gettext("asked to cancel") if item.cancellation_requested else ""

    @display(description=_("Offer"))
    def show_offer(self, item: OrderItem) -> SafeString | str:
        if item.offer_id is None:
            return "–"  # noqa: RUF001 - a dash for nothing
        address = reverse("admin:offers_offer_change", args=[item.offer_id])
        return format_html(
            '<a class="underline" href="{}">{}</a>', address, item.reference or gettext("Offer")
        )


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = [
        "order_id",
        "show_placed",
        "shipping_name",
        "shipping_country",
        "show_items",
        "deliver_by",
        "show_status",
        "connection",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("connection", RelatedDropdownFilter),
        CountryFilter,
        ("fulfilment_method", ChoicesDropdownFilter),
    ]
    list_select_related = ["connection"]
    search_fields = ["order_id"]  # what is really searched: search_orders
    search_help_text = _("Order, name, postcode, EAN or track and trace")
    ordering = ["-placed_at", "-id"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("order_id", "connection"),
                    ("show_status", "placed_at"),
                    ("fulfilment_method", "deliver_by"),
                    ("latest_changed_at", "read_at"),
                ]
            },
        ),
        (_("Customer"), {"fields": [("show_shipping", "show_billing")]}),
        (_("What was said to bol"), {"fields": ["show_messages"]}),
        (_("bol's answer"), {"fields": ["show_raw"], "classes": ["collapse"]}),
    ]
    readonly_fields = ["show_status", "show_shipping", "show_billing", "show_messages", "show_raw"]
    inlines = [OrderItemInline, ShipmentInline]
    actions = ["mark_shipped"]
    actions_detail = ["open_mark_shipped"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).prefetch_related("items")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        term = search_term.strip()
        return (search_orders(queryset, term) if term else queryset), False

    # Marking shipped -------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.show_mark_shipped)
        return [path("mark-shipped/", view, name="orders_order_mark_shipped"), *super().get_urls()]

    def has_ship_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("orders.change_order")

    @action(description=_("Mark shipped"), permissions=["ship"])
    def mark_shipped(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        return MarkShippedPage(self, request).open(queryset.values_list("pk", flat=True)[: MOST + 1])

    @action(
        description=_("Mark shipped"),
        permissions=["ship"],
        icon="local_shipping",
        url_path="open-mark-shipped",
    )
    def open_mark_shipped(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(reverse("admin:orders_order_mark_shipped", query={"order": object_id}))

    def show_mark_shipped(self, request: HttpRequest) -> HttpResponse:
        return MarkShippedPage(self, request).answer()

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
        return show_address(order.shipping_details)

    @display(description=_("Invoice to"))
    def show_billing(self, order: Order) -> SafeString:
        return show_address(order.billing_details)

    @display(description=_("Messages"))
    def show_messages(self, order: Order) -> SafeString | str:
        said = messages_about(order.shipments.all())[:SHOWN_MESSAGES]
        line = '<p><a class="underline" href="{}">{}</a> · {} · {}<br>{}</p>'
        return format_html_join("", line, map(_message_row, said)) or gettext("Nothing yet.")

    @display(description=_("As received"))
    def show_raw(self, order: Order) -> SafeString:
        text = json.dumps(order.raw, indent=2, ensure_ascii=False)
        return format_html(
            '<details><summary>{}</summary><pre class="overflow-x-auto text-xs">{}</pre></details>',
            gettext("Show what bol answered"),
            text,
        )


def _message_row(message: OutboxMessage) -> tuple[Any, ...]:
    return (
        reverse("admin:connections_outboxmessage_change", args=[message.pk]),
        dict(operations.names()).get(message.operation, message.operation),
        message.get_state_display(),
        show_age(message.created_at),
        f"{message.reason} {message.advice}".strip(),
    )


def show_address(details: dict[str, Any]) -> SafeString:
    """Return the lines of an address as bol gives it, with everything that helps to deliver and to invoice."""
    line = [
        ("company",),
        ("firstName", "surname"),
        ("pickupPointName",),
        ("streetName", "houseNumber", "houseNumberExtension"),
        ("extraAddressInformation",),
        ("zipCode", "city", "countryCode"),
        ("deliveryPhoneNumber",),
        ("email",),
        ("vatNumber",),
        ("kvkNumber",),
        ("orderReference",),
    ]
    texts = [" ".join(str(details[name]) for name in names if details.get(name)) for names in line]
    return format_html_join("", "{}<br>", [(text,) for text in texts if text])
