"""The page on which items are cancelled: chosen with a reason, looked at once more, then recorded and told to bol."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connections.adminbase import UnfoldAdminSelectWidget
from orders.admin.marking.recording import back_to_list, context_of, read_again, words_of
from orders.admin.marking.rows import keys_in
from orders.cancelling import Cancelled, cancel_items, why_not
from orders.models import CancellationReason, Order, OrderItem
from orders.refreshing import Refreshed
from orders.standing import items_of, line_of

# So many orders fit a page on which somebody looks at each.
MOST = 200
SHOWN_REFUSALS = 10


class ReasonForm(forms.Form):
    """Why the items are cancelled."""

    reason_code = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Choose a reason")), *CancellationReason.choices],
        widget=UnfoldAdminSelectWidget,
    )


@dataclass
class Row:
    """One item on the page: how many of it would be cancelled, or why none can be."""

    item: OrderItem
    order: Order
    why_not: str
    is_chosen: bool

    @property
    def quantity(self) -> int:
        return line_of(self.item).open

    @property
    def deliver_by(self) -> date | None:
        return self.item.exact_delivery_date or self.item.latest_delivery_date


class CancelPage:
    """One request to the page. It is reached with `order` keys in the address or from the actions of the list."""

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.request = request

    def answer(self) -> HttpResponse:
        """Show the page, show what would be cancelled, or do it."""
        if not self.model_admin.has_cancel_permission(self.request):
            raise PermissionDenied
        if self.request.method != "POST":
            keys = keys_in(self.request.GET.getlist("order"))
            return self.open(keys, only_asked="asked" in self.request.GET) or back_to_list(self.request)
        keys = keys_in(self.request.POST.getlist("order"))[:MOST]
        chosen = set(keys_in(self.request.POST.getlist("item")))
        form = ReasonForm(self.request.POST)
        step = self.request.POST.get("step")
        if step == "edit" or not form.is_valid() or not chosen:
            return self._choose(self._rows(keys, chosen), form, nothing_chosen=not chosen and step == "check")
        return self._confirm(keys, chosen, form) if step == "confirm" else self._check(keys, chosen, form)

    def open(self, keys: Iterable[int], *, only_asked: bool = False) -> HttpResponse | None:
        """Show the page for these orders; None, with a word why, where nothing can be cancelled."""
        keys = list(keys)
        if len(keys) > MOST:
            messages.error(self.request, _("Choose at most %d orders at a time.") % MOST)
            return None
        told = read_again(keys)
        rows = self._rows(keys, only_asked=only_asked)
        rows = [row for row in rows if row.item.cancellation_requested or not only_asked]
        if not any(row.quantity and not row.why_not for row in rows):
            self._tell_why_not(rows)
            if not rows:
                messages.warning(self.request, _("No customer asked to cancel anything of this."))
            return None
        if only_asked:
            form = ReasonForm({"reason_code": CancellationReason.REQUESTED_BY_CUSTOMER})
            return self._show([row for row in rows if row.is_chosen], form, told)
        possible = [row for row in rows if not row.why_not]
        if len(possible) == 1:
            possible[0].is_chosen = True
        is_asked = all(row.item.cancellation_requested for row in possible)
        reason = CancellationReason.REQUESTED_BY_CUSTOMER if is_asked else ""
        return self._choose(rows, ReasonForm(initial={"reason_code": reason}))

    # Steps -------------------------------------------------------------------------------------------

    def _check(self, keys: Collection[int], chosen: set[int], form: ReasonForm) -> HttpResponse:
        told = read_again(keys)
        rows = self._rows(keys, chosen)
        doomed = [row for row in rows if row.is_chosen and not row.why_not]
        return self._show(doomed, form, told) if doomed else self._choose(rows, form)

    def _confirm(self, keys: Collection[int], chosen: set[int], form: ReasonForm) -> HttpResponse:
        told = read_again(keys)
        rows = [row for row in self._rows(keys, chosen) if row.is_chosen]
        if _shown(rows) != self.request.POST.get("shown"):
            self._tell_why_not([row for row in rows if row.why_not])
            doomed = [row for row in rows if not row.why_not]
            return self._show(doomed, form, told, is_stale=True) if doomed else self._leave(keys)
        reason = form.cleaned_data["reason_code"]
        done = cancel_items([row.item.pk for row in rows], reason, by=self.request.user)
        self._tell(done, rows)
        return self._leave(keys)

    def _leave(self, keys: Collection[int]) -> HttpResponse:
        if len(keys) == 1:
            return redirect("admin:orders_order_change", *keys)
        return back_to_list(self.request)

    def _tell(self, done: Cancelled, rows: Sequence[Row]) -> None:
        count = len(done.cancellations)
        if count:
            text = ngettext("%d item is cancelled.", "%d items are cancelled.", count) % count
            may_send = all(row.order.connection.may_send for row in rows)
            follows = (
                _("bol is told at once.")
                if may_send
                else _("bol is told as soon as the connection may send.")
            )
            messages.success(self.request, f"{text} {follows}")
        for refusal in done.refusals[:SHOWN_REFUSALS]:
            messages.error(self.request, refusal.reason)

    def _tell_why_not(self, rows: Sequence[Row]) -> None:
        for row in rows[:SHOWN_REFUSALS]:
            messages.warning(self.request, f"{row.order}: {row.why_not}")

    # Pages -------------------------------------------------------------------------------------------

    def _rows(
        self, keys: Collection[int], chosen: Collection[int] | None = None, *, only_asked: bool = False
    ) -> list[Row]:
        orders = Order.objects.filter(pk__in=keys).select_related("connection").order_by("placed_at", "pk")
        items = items_of(keys)
        rows = [Row(item, order, why_not(item), False) for order in orders for item in items[order.pk]]
        for row in rows:
            is_suggested = row.item.cancellation_requested and (only_asked or chosen is None)
            row.is_chosen = row.item.pk in chosen if chosen is not None else is_suggested and not row.why_not
        return rows

    def _choose(self, rows: Sequence[Row], form: ReasonForm, *, nothing_chosen: bool = False) -> HttpResponse:
        return self._answer(
            "admin/orders/order/cancel.html", rows, {"form": form, "nothing_chosen": nothing_chosen}
        )

    def _show(
        self, rows: Sequence[Row], form: ReasonForm, told: Refreshed | None, *, is_stale: bool = False
    ) -> HttpResponse:
        form.is_valid()
        code = form.cleaned_data["reason_code"]
        more = {
            "reason_code": code,
            "reason": CancellationReason(code).label,
            "units": sum(row.quantity for row in rows),
            "told": words_of(told),
            "is_stale": is_stale,
            "shown": _shown(rows),
        }
        return self._answer("admin/orders/order/confirm_cancel.html", rows, more)

    def _answer(self, template: str, rows: Sequence[Row], more: dict[str, Any]) -> HttpResponse:
        context = {
            **context_of(self.model_admin, self.request),
            "title": _("Cancel items"),
            "rows": rows,
            "orders": sorted({row.order.pk for row in rows}),
            **more,
        }
        return TemplateResponse(self.request, template, context)


def _shown(rows: Sequence[Row]) -> str:
    """Return what tells whether the same would be cancelled as was looked at."""
    return ",".join(f"{row.item.pk}:{row.quantity}" for row in rows)
