"""The page on which parcels are marked shipped: what will be announced, to how many, and what cannot be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.admin.forms import CarrierForm, ParcelForm
from orders.models import Order, OrderItem, Shipment
from orders.services import MarkedShipped, Refusal, mark_shipped
from orders.standing import items_of, line_of

LIST = "admin:orders_order_changelist"
PAGE = "admin:orders_order_change"
# More parcels than this nobody types codes for on one page.
MOST = 1000


@dataclass
class Row:
    """One order on the page."""

    order: Order
    items: list[OrderItem]
    form: ParcelForm

    @property
    def contents(self) -> str:
        """Return what the parcel will hold, in words."""
        return ", ".join(f"{line_of(item).open} × {item.title or item.ean}" for item in self.items)  # noqa: RUF001

    @property
    def is_cancellation_requested(self) -> bool:
        return any(item.cancellation_requested for item in self.items)


class MarkShippedPage:
    """One request to the page. It is reached with `order` keys in the address or from the action of the list."""

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.request = request

    def answer(self) -> HttpResponse:
        """Show the page, or do what was typed on it."""
        if not self.model_admin.has_ship_permission(self.request):
            raise PermissionDenied
        if self.request.method == "POST":
            return self._mark(_keys(self.request.POST.getlist("order")))
        return self.open(_keys(self.request.GET.getlist("order"))) or redirect(LIST)

    def open(self, keys: Iterable[int]) -> HttpResponse | None:
        """Show the page for these orders; None, with a word why, where there is nothing to mark."""
        keys = list(keys)
        if len(keys) > MOST:
            messages.error(self.request, _("Choose at most %d orders at a time.") % MOST)
            return None
        rows = self._rows(keys)
        if not rows:
            messages.warning(self.request, _("Nothing of what you chose is open: there is nothing to ship."))
            return None
        return self._show(
            CarrierForm(initial={"transporter_code": self._usual_carrier()}), rows, len(keys) - len(rows)
        )

    def _rows(self, keys: Collection[int], data: Any = None) -> list[Row]:
        orders = Order.objects.filter(pk__in=keys).select_related("connection").order_by("placed_at", "pk")
        items = items_of(keys)
        in_parts = "in_parts" in data if data else len(keys) == 1
        rows = [_row(order, items[order.pk], data, in_parts=in_parts) for order in orders]
        return [row for row in rows if row.items]

    def _mark(self, keys: Collection[int]) -> HttpResponse:
        carrier = CarrierForm(self.request.POST)
        rows = self._rows(keys, self.request.POST)
        valid = [row for row in rows if row.form.is_valid()]
        if not rows:
            return self.open(keys) or redirect(LIST)
        if not carrier.is_valid():
            return self._show(carrier, rows, 0)
        self._tell_what_is_done_already(len(keys) - len(rows))
        code = carrier.cleaned_data["transporter_code"]
        done = mark_shipped([row.form.parcel(code) for row in valid], by=self.request.user)
        self._tell(done, rows)
        _explain(done.refusals, rows)
        left = [row for row in rows if row.form.errors]
        return self._show(carrier, left, 0) if left else self._leave(rows)

    def _tell(self, done: MarkedShipped, rows: Sequence[Row]) -> None:
        count = len(done.shipments)
        if not count:
            return
        text = ngettext("%d parcel is marked shipped.", "%d parcels are marked shipped.", count) % count
        messages.success(self.request, f"{text} {_what_follows(rows)}")

    def _tell_what_is_done_already(self, count: int) -> None:
        if count:
            text = ngettext(
                "%d order had nothing open any more: it was shipped or cancelled meanwhile.",
                "%d orders had nothing open any more: they were shipped or cancelled meanwhile.",
                count,
            )
            messages.warning(self.request, text % count)

    def _leave(self, rows: Sequence[Row]) -> HttpResponse:
        return redirect(PAGE, rows[0].order.pk) if len(rows) == 1 else redirect(LIST)

    def _usual_carrier(self) -> str:
        own = Shipment.objects.filter(created_by_id=self.request.user.pk).order_by("-id")
        return own.values_list("transporter_code", flat=True).first() or ""

    def _show(self, carrier: CarrierForm, rows: Sequence[Row], left_out: int) -> HttpResponse:
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": _("Mark shipped"),
            "opts": self.model_admin.opts,
            "carrier": carrier,
            "rows": rows,
            "in_parts": any(row.form.quantity_fields() for row in rows),
            "left_out": left_out,
            "units": sum(line_of(item).open for row in rows for item in row.items),
            "what_follows": _what_follows(rows),
        }
        return TemplateResponse(self.request, "admin/orders/order/mark_shipped.html", context)


def _what_follows(rows: Sequence[Row]) -> str:
    if all(row.order.connection.may_send for row in rows):
        return _("bol is told at once.")
    return _("bol is told as soon as the connection may send.")


def _row(order: Order, items: Sequence[OrderItem], data: Any, *, in_parts: bool) -> Row:
    shippable = [item for item in items if item.fulfilment_method == "FBR" and line_of(item).open]
    return Row(order, shippable, ParcelForm(order, shippable if in_parts else [], data))


def _explain(refusals: Sequence[Refusal], rows: Sequence[Row]) -> None:
    forms = {row.order.pk: row.form for row in rows}
    for refusal in refusals:
        forms[refusal.parcel.order].refuse(refusal)


def _keys(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]
