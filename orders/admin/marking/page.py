"""The page on which the parcels of chosen orders are marked shipped: typed, looked at once more, then recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from orders import transporters
from orders.admin.marking.forms import CarrierForm, ParcelForm
from orders.admin.marking.recording import (
    Confirmed,
    back_to_list,
    context_of,
    follow,
    read_again,
    read_confirmed,
    record,
    summary_of,
)
from orders.admin.marking.rows import Row, keys_in, propose_rows, read_rows
from orders.packing import CannotPack
from orders.proposing import Proposal, fingerprint
from orders.queries import usual_transporter
from orders.refreshing import Refreshed

# More parcels than this nobody types codes for on one page.
MOST = 1000

Pairs = list[tuple[ParcelForm, Proposal]]


class MarkShippedPage:
    """One request to the page. It is reached with `order` keys in the address or from the actions of the list."""

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.request = request

    def answer(self) -> HttpResponse:
        """Show the page, show what it comes to, or record what was confirmed."""
        if not self.model_admin.has_ship_permission(self.request):
            raise PermissionDenied
        if self.request.method != "POST":
            opened = self.open(
                keys_in(self.request.GET.getlist("order")), despite_request="anyway" in self.request.GET
            )
            return opened or back_to_list(self.request)
        keys = keys_in(self.request.POST.getlist("order"))[:MOST]
        step = self.request.POST.get("step")
        if step in {"edit", "add"}:
            return self._type(read_rows(keys, self._typed(one_more=step == "add")))
        return self._confirm(keys) if step == "confirm" else self._check(keys)

    def open(self, keys: Iterable[int], *, despite_request: bool = False) -> HttpResponse | None:
        """Show the page for these orders; None, with a word why, where there is nothing to mark."""
        keys = list(keys)
        if len(keys) > MOST:
            messages.error(self.request, _("Choose at most %d orders at a time.") % MOST)
            return None
        rows = [row for row in read_rows(keys, despite_request=despite_request) if row.units]
        if not rows:
            messages.warning(self.request, _("Nothing of what you chose is open: there is nothing to ship."))
            return None
        return self._type(rows, left_out=len(keys) - len(rows))

    # Steps -------------------------------------------------------------------------------------------

    def _check(self, keys: Collection[int]) -> HttpResponse:
        """Show what it comes to; or the page again, where nothing of it can be recorded."""
        told = read_again(keys)
        rows = read_rows(keys, self.request.POST)
        pairs = self._propose(rows)
        if not pairs:
            return self._type(rows) if rows else back_to_list(self.request)
        return self._show(rows, pairs, told=told)

    def _confirm(self, keys: Collection[int]) -> HttpResponse:
        confirmed = read_confirmed(self.request)
        if confirmed.batch:
            return follow(self.request, confirmed.batch)
        told = read_again(keys)
        rows = read_rows(keys, self.request.POST)
        pairs = self._propose(rows)
        if confirmed.shown != fingerprint(proposal for _form, proposal in pairs):
            return self._show(rows, pairs, told=told, is_stale=True)
        return self._record(rows, pairs, confirmed, told)

    def _record(
        self, rows: Sequence[Row], pairs: Pairs, confirmed: Confirmed, told: Refreshed | None
    ) -> HttpResponse:
        proposals = [proposal for _form, proposal in pairs]
        batch, refusals = record(self.request, proposals, confirmed, told=told)
        forms = {id(proposal.parcel): form for form, proposal in pairs}
        for refusal in refusals:
            forms[id(refusal.parcel)].refuse(CannotPack(refusal.field, refusal.reason))
        left = [row for row in rows if row.has_errors]
        for row in left:
            row.forms = [form for form in row.forms if form.errors]
        return self._type(left) if left or batch is None else follow(self.request, batch)

    # What was typed ----------------------------------------------------------------------------------

    @cached_property
    def _usual(self) -> str:
        return usual_transporter(self.request.user.pk)

    def _carrier(self) -> CarrierForm:
        return CarrierForm(self.request.POST if self.request.POST.get("step") else None, usual=self._usual)

    def _propose(self, rows: Sequence[Row]) -> Pairs:
        carrier = CarrierForm(self.request.POST, usual=self._usual)
        chosen = carrier.cleaned_data["transporter_code"] if carrier.is_valid() else ""
        return propose_rows(rows, chosen, self._usual)

    def _typed(self, *, one_more: bool) -> Any:
        typed = self.request.POST.copy()
        parcels = typed.get("parcels", "1")
        if one_more and parcels.isdecimal():
            typed["parcels"] = str(int(parcels) + 1)
        return typed

    # Pages -------------------------------------------------------------------------------------------

    def _type(self, rows: Sequence[Row], *, left_out: int = 0) -> HttpResponse:
        context = {
            **context_of(self.model_admin, self.request),
            "carrier": self._carrier(),
            "rows": rows,
            "carriers": transporters.choices(),
            "in_parts": any(form.quantity_fields() for row in rows for form in row.forms),
            "parcels": max((form.number for row in rows for form in row.forms), default=1),
            "left_out": left_out,
            "units": sum(row.units for row in rows),
        }
        return TemplateResponse(self.request, "admin/orders/order/mark_shipped.html", context)

    def _show(
        self, rows: Sequence[Row], pairs: Pairs, *, told: Refreshed | None, is_stale: bool = False
    ) -> HttpResponse:
        context = {
            **context_of(self.model_admin, self.request),
            **summary_of([proposal for _form, proposal in pairs], told),
            "action": reverse("admin:orders_order_mark_shipped"),
            "is_stale": is_stale,
            "cancelled": [row for row in rows if row.what_is_cancelled],
            "refused": [row for row in rows if row.has_errors],
            "typed": _hidden(self.request),
        }
        return TemplateResponse(self.request, "admin/orders/order/confirm_shipped.html", context)


def _hidden(request: HttpRequest) -> list[tuple[str, str]]:
    """Return everything that was typed, to be handed on."""
    own = {"csrfmiddlewaretoken", "step", "token", "shown"}
    return [(name, text) for name, texts in request.POST.lists() if name not in own for text in texts]
