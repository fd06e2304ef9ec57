"""Orders that did not come in as they should: those that cannot be read, and those that were missed at first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ReadOnlyAdmin, RelatedDropdownFilter, display, show_age
from orders.models import MissedOrder, OrderToFetch


@admin.register(OrderToFetch)
class OrderToFetchAdmin(ReadOnlyAdmin):
    """What is noted to be read; what fails is tried again by itself."""

    list_display = ["order_id", "connection", "show_requested", "failures", "last_error", "show_next"]
    list_filter: list[Any] = [("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    search_fields = ["order_id__exact"]
    ordering = ["-failures", "id"]

    @display(description=_("Requested"), ordering="requested_at")
    def show_requested(self, row: OrderToFetch) -> SafeString | str:
        return show_age(row.requested_at)

    @display(description=_("Next try"), ordering="not_before")
    def show_next(self, row: OrderToFetch) -> SafeString | str:
        return show_age(row.not_before)


@admin.register(MissedOrder)
class MissedOrderAdmin(ReadOnlyAdmin):
    """What only the second look has found."""

    list_display = ["show_order", "connection", "is_new", "since", "show_found"]
    list_filter: list[Any] = [("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    search_fields = ["order_id__exact"]
    ordering = ["-found_at", "-id"]

    @display(description=_("Order"), ordering="order_id")
    def show_order(self, missed: MissedOrder) -> SafeString:
        """Return the order id, as a link to what is here of it by now."""
        address = reverse("admin:orders_order_changelist", query={"q": missed.order_id})
        return format_html('<a class="underline" href="{}">{}</a>', address, missed)

    @display(description=_("Found"), ordering="found_at")
    def show_found(self, missed: MissedOrder) -> SafeString | str:
        return show_age(missed.found_at)
