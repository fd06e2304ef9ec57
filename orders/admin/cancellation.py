"""Items that we cancelled, and what bol said."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    display,
    show_age,
    show_label,
)
from orders.models import Cancellation


@admin.register(Cancellation)
class CancellationAdmin(ReadOnlyAdmin):
    list_display = [
        "show_order",
        "show_item",
        "quantity",
        "reason_code",
        "show_state",
        "answer",
        "created_by",
        "show_when",
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("reason_code", ChoicesDropdownFilter),
        ("item__order__connection", RelatedDropdownFilter),
    ]
    list_select_related = ["item__order", "created_by"]
    search_fields = ["item__order__order_id__exact", "item__ean__exact"]
    search_help_text = _("Order or EAN")
    fields = [
        ("show_order", "show_item"),
        ("quantity", "reason_code"),
        ("show_state", "answer"),
        ("created_by", "created_at"),
        "confirmed_at",
    ]
    readonly_fields = ["show_order", "show_item", "show_state"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Who may see orders may see what was cancelled of them.
        return bool(request.user.has_perm("orders.view_order"))

    @display(description=_("Order"), ordering="item__order__order_id")
    def show_order(self, cancellation: Cancellation) -> SafeString:
        order = cancellation.item.order
        address = reverse("admin:orders_order_change", args=[order.pk])
        return format_html('<a class="underline" href="{}">{}</a>', address, order)

    @display(description=_("Item"))
    def show_item(self, cancellation: Cancellation) -> str:
        return cancellation.item.title or cancellation.item.ean

    @display(description=_("State"), ordering="state")
    def show_state(self, cancellation: Cancellation) -> str:
        return show_cancellation(cancellation)

    @display(description=_("When"), ordering="id")
    def show_when(self, cancellation: Cancellation) -> str:
        return show_age(cancellation.created_at)


def show_cancellation(cancellation: Cancellation) -> SafeString:
    """Return the state of a cancellation as a label."""
    state = Cancellation.State(cancellation.state)
    return show_label(state.label, Cancellation.STATE_COLOURS[state])
