"""The work lists above the list of orders, with their counts, and the time that is left as a column."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ChangeList, display, show_label
from orders.deadlines import Urgency, expiring_up_to, expiry_in_words, shipping_time_left
from orders.models import Order, OrderQuerySet
from orders.worklists import WORK_LISTS

PARAMETER = "list"
MOST_COUNTED = 999
COLOURS = {Urgency.OVER: "danger", Urgency.TODAY: "warning", Urgency.LATER: "default"}


class WorkListFilter(admin.SimpleListFilter):
    """One of the work lists; the tabs above the list lead to it."""

    title = _("work list")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(listed.name, listed.title) for listed in WORK_LISTS.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        listed = WORK_LISTS.get(self.value() or "")
        return listed.choose(queryset) if listed and isinstance(queryset, OrderQuerySet) else queryset


class WorkListChangeList(ChangeList):
    """The list of orders; in a work list it shows that it is sorted by the time left."""

    def get_ordering_field_columns(self) -> dict[int, str]:
        if PARAMETER in self.params and ORDER_VAR not in self.params:
            return {self.list_display.index("show_time_left"): "asc"}
        return dict(super().get_ordering_field_columns())


class WorkLists:
    """What the list of orders needs to show the work lists."""

    list_before_template = "admin/orders/order/work_lists.html"
    ordering: Any

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"work_lists": _tabs(request), **(extra_context or {})}
        return super().changelist_view(request, context)  # type: ignore[misc]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WorkListChangeList

    def get_ordering(self, request: HttpRequest) -> Any:
        """Return the order to work in: in a work list what has the least time left comes first."""
        listed = WORK_LISTS.get(request.GET.get(PARAMETER, ""))
        return listed.ordering if listed else self.ordering

    @display(description=_("Time left"), ordering="ship_by")
    def show_time_left(self, order: Order) -> SafeString | str:
        """Return how long it is until it must leave, and until bol cancels it where that is near."""
        now, told = timezone.now(), []
        if order.ship_by:
            urgency, words = shipping_time_left(order.ship_by, now)
            told.append(show_label(words, COLOURS[urgency]))
        is_expiring = order.expires_on and order.expires_on <= expiring_up_to(now, settings.EXPIRY_WARNING)
        if order.expires_on and (is_expiring or not order.ship_by):
            told.append(
                show_label(expiry_in_words(order.expires_on, now), "danger" if is_expiring else "default")
            )
        return format_html_join(" ", "{}", [(label,) for label in told])


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    chosen = request.GET.get(PARAMETER, "")
    everything = {"title": _("All"), "link": _link(request, ""), "is_chosen": not chosen, "count": ""}
    return [everything] + [
        {
            "title": listed.title,
            "hint": listed.hint,
            "link": _link(request, listed.name),
            "is_chosen": listed.name == chosen,
            "count": _count(listed.orders()),
            "colour": listed.colour,
        }
        for listed in WORK_LISTS.values()
    ]


def _link(request: HttpRequest, name: str) -> str:
    """Return the address of a work list, with the other filters as they are."""
    query = request.GET.copy()
    for parameter in (PAGE_VAR, ORDER_VAR, PARAMETER):
        query.pop(parameter, None)
    if name:
        query[PARAMETER] = name
    return f"?{query.urlencode()}"


def _count(orders: OrderQuerySet) -> str:
    """Count to a limit and no further, so that a list that grew large costs no more than one that did not."""
    count = orders.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
