"""The lines of an order, on its page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.adminbase import TabularInline, display, show_label
from orders.admin.cancellation import show_cancellation
from orders.models import OrderItem
from orders.standing import line_of


class OrderItemInline(TabularInline):
    """The lines of an order."""

    model = OrderItem
    fields = readonly_fields = [
        "title",
        "show_cancellation",
        "ean",
        "show_offer",
        "quantity",
        "quantity_shipped",
        "quantity_cancelled",
        "show_open",
        "unit_price",
        "show_total",
        "commission",
        "show_delivery",
        "expiry_date",
    ]
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderItem]:
        items = super().get_queryset(request).with_parcels().select_related("offer")
        return items.prefetch_related("cancellations")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("Open"))
    def show_open(self, item: OrderItem) -> int:
        return line_of(item).open

    @display(description=_("Total price"))
    def show_total(self, item: OrderItem) -> SafeString:
        taken_off = [(discount["title"], discount["amount"]) for discount in item.discounts]
        services = [(service,) for service in item.additional_services]
        return format_html(
            "{}{}{}",
            "-" if item.total_price is None else item.total_price,
            format_html_join("", "<br>{}: −{}", taken_off),  # noqa: RUF001 - a minus sign
            format_html_join("", "<br>+ {}", services),
        )

    @display(description=_("Delivery"))
    def show_delivery(self, item: OrderItem) -> str:
        day = item.exact_delivery_date or item.latest_delivery_date
        return formats.date_format(day) if day else ""

    @display(description=_("Cancellation"))
    def show_cancellation(self, item: OrderItem) -> SafeString:
        """Return what the customer wishes, and how our cancellations stand, the newest first."""
        wish = show_label(gettext("asked to cancel"), "danger") if item.cancellation_requested else ""
        told = (
            (show_cancellation(cancellation), cancellation.get_reason_code_display(), cancellation.answer)
            for cancellation in item.cancellations.all()
        )
        return format_html("{}{}", wish, format_html_join("", "<p>{} {} {}</p>", told))

    @display(description=_("Offer"))
    def show_offer(self, item: OrderItem) -> SafeString | str:
        if item.offer_id is None:
            return "–"  # noqa: RUF001 - a dash for nothing
        address = reverse("admin:offers_offer_change", args=[item.offer_id])
        return format_html(
            '<a class="underline" href="{}">{}</a>', address, item.reference or gettext("Offer")
        )
