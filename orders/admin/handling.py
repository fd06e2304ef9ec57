"""The page on which one says what became of returned articles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connections.adminbase import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from orders.models import HandlingResult, ReturnItem
from orders.returns.services import Decision, Handled, handle_returns, why_not_handled

LIST = "admin:orders_returnitem_changelist"
PAGE = "admin:orders_returnitem_change"
MOST = 500


class DecisionForm(forms.Form):
    """What became of one return item, and of how many units."""

    handling_result = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=lambda: [("", gettext_lazy("Choose")), *HandlingResult.choices],
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": gettext_lazy("What became of it")}),
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("Quantity"),
        min_value=1,
        widget=UnfoldAdminTextInputWidget(
            attrs={"inputmode": "numeric", "aria-label": gettext_lazy("Quantity")}
        ),
    )

    def __init__(self, item: ReturnItem, data: Any = None) -> None:
        super().__init__(data, prefix=f"item-{item.pk}", initial={"quantity": item.expected_quantity})
        self.item = item

    def decision(self) -> Decision:
        """Return what was typed; the form is valid."""
        return Decision(self.item.pk, self.cleaned_data["handling_result"], self.cleaned_data["quantity"])


@dataclass
class Row:
    """One return item on the page."""

    item: ReturnItem
    form: DecisionForm
    reason: str = ""


class HandleReturnsPage:
    """One request to the page. It is reached with `item` keys in the address or from the action of the list."""

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.request = request

    def answer(self) -> HttpResponse:
        """Show the page, or do what was typed on it."""
        if not self.model_admin.has_handle_permission(self.request):
            raise PermissionDenied
        if self.request.method == "POST":
            return self._handle(_keys(self.request.POST.getlist("item")))
        return self.open(_keys(self.request.GET.getlist("item"))) or redirect(LIST)

    def open(self, keys: Iterable[int]) -> HttpResponse | None:
        """Show the page for these returns; None, with a word why, where nothing can be said about any of them."""
        keys = list(keys)
        if len(keys) > MOST:
            messages.error(self.request, _("Choose at most %d returns at a time.") % MOST)
            return None
        rows = self._rows(keys)
        if not any(not row.reason for row in rows):
            reasons = " ".join(sorted({row.reason for row in rows}))
            messages.warning(self.request, reasons or _("You chose no return."))
            return None
        return self._show(rows)

    def _rows(self, keys: Collection[int], data: Any = None) -> list[Row]:
        items = ReturnItem.objects.filter(pk__in=keys).select_related("parcel__connection").order_by("pk")
        return [Row(item, DecisionForm(item, data), why_not_handled(item)) for item in items]

    def _handle(self, keys: Collection[int]) -> HttpResponse:
        rows = self._rows(keys, self.request.POST)
        valid = [row for row in rows if row.form.is_valid()]
        done = handle_returns([row.form.decision() for row in valid], by=self.request.user)
        self._tell(done)
        _explain(done, rows)
        left = [row for row in rows if row.form.errors]
        if left:
            return self._show(left)
        return redirect(PAGE, rows[0].item.pk) if len(rows) == 1 else redirect(LIST)

    def _tell(self, done: Handled) -> None:
        count = len(done.handlings)
        if count:
            text = ngettext(
                "%d return is handled; bol is told as soon as the connection may send.",
                "%d returns are handled; bol is told as soon as the connection may send.",
                count,
            )
            messages.success(self.request, text % count)

    def _show(self, rows: Sequence[Row]) -> HttpResponse:
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": _("What became of these returns?"),
            "opts": self.model_admin.opts,
            "rows": rows,
            "results": HandlingResult.choices,
        }
        return TemplateResponse(self.request, "admin/orders/returnitem/handle.html", context)


def _explain(done: Handled, rows: Sequence[Row]) -> None:
    forms_by_item = {row.item.pk: row.form for row in rows}
    for refusal in done.refusals:
        forms_by_item[refusal.key].add_error(refusal.field or None, refusal.reason)


def _keys(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]
