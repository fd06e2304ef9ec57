"""The page on which labels are bought: for one order what bol offers right now, for many a rule and a limit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connections import bol
from connections.adminbase import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from connections.clients import client_for
from orders.labels.choosing import price_of
from orders.labels.offering import LabelOffer, NotOffered
from orders.labels.services import Asked, LabelRefusal, buy_chosen, buy_labels, check_carried_by_bol
from orders.models import LabelChoice, Order, OrderItem
from orders.operations.labels import read_options
from orders.packing import CannotPack, everything_open
from orders.standing import items_of

LIST = "admin:orders_shippinglabel_changelist"
ORDERS = "admin:orders_order_changelist"
MOST = 200
RULES = [choice for choice in LabelChoice.choices if choice[0] != LabelChoice.CHOSEN]


class RuleForm(forms.Form):
    """Which label is bought for each order, and what it may cost."""

    choice = forms.ChoiceField(
        label=gettext_lazy("Which label"), choices=RULES, widget=UnfoldAdminSelectWidget
    )
    highest_price = forms.DecimalField(
        label=gettext_lazy("At most"),
        help_text=gettext_lazy("euros per label, without VAT"),
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        localize=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )


@dataclass
class Row:
    """One order on the page: what would be in its parcel, or why it gets no label."""

    order: Order
    contents: dict[OrderItem, int]
    reason: str = ""
    options: list[bol.DeliveryOption] = field(default_factory=list)

    def quantities(self) -> dict[int, int]:
        return {item.pk: quantity for item, quantity in self.contents.items()}

    @property
    def in_words(self) -> str:
        return ", ".join(f"{quantity} × {item.title or item.ean}" for item, quantity in self.contents.items())  # noqa: RUF001


class BuyLabelsPage:
    """One request to the page. It is reached with `order` keys in the address or from the action of the orders list."""

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.request = request

    def answer(self) -> HttpResponse:
        """Show the page, or buy what was chosen on it."""
        if not self.request.user.has_perm("orders.buy_shippinglabel"):
            raise PermissionDenied
        if self.request.method == "POST":
            return self._buy(_rows(_keys(self.request.POST.getlist("order"))))
        return self.open(_keys(self.request.GET.getlist("order"))) or redirect(ORDERS)

    def open(self, keys: Iterable[int]) -> HttpResponse | None:
        """Show the page for these orders; None, with a word why, where no label can be bought for any of them."""
        keys = list(keys)
        if len(keys) > MOST:
            messages.error(self.request, _("Choose at most %d orders at a time.") % MOST)
            return None
        rows = _rows(keys)
        if all(row.reason for row in rows):
            reasons = " ".join(sorted({row.reason for row in rows}))
            messages.warning(self.request, reasons or _("You chose no order."))
            return None
        if len(rows) == 1:
            self._ask_bol(rows[0])
        return self._show(rows, RuleForm())

    def _ask_bol(self, row: Row) -> None:
        """Ask what bol offers for one order at this moment; without an answer a rule has to do."""
        wanted = {item.order_item_id: quantity for item, quantity in row.contents.items()}
        try:
            with client_for(row.order.connection) as client:
                row.options = read_options(client, wanted)
        except bol.BolError as error:
            text = _("bol does not say what it offers at the moment (%s); a rule can choose later.")
            messages.warning(self.request, text % error)

    def _buy(self, rows: list[Row]) -> HttpResponse:
        possible = [row for row in rows if not row.reason]
        offer = self.request.POST.get("offer", "")
        if offer and len(possible) == 1:
            return self._buy_offer(possible[0], offer)
        form = RuleForm(self.request.POST)
        if not form.is_valid():
            return self._show(rows, form)
        given = form.cleaned_data
        asked = buy_labels(
            [row.order.pk for row in possible],
            given["choice"],
            highest_price=given["highest_price"],
            by=self.request.user,
        )
        self._tell(asked, rows)
        return redirect(LIST)

    def _buy_offer(self, row: Row, text: str) -> HttpResponse:
        try:
            offer = LabelOffer.read(text)
            buy_chosen(row.order.pk, row.quantities(), offer, by=self.request.user)
        except NotOffered:
            messages.error(self.request, _("This offer of bol's is too old. Here is what bol offers now."))
            return self.open([row.order.pk]) or redirect(ORDERS)
        except CannotPack as wrong:
            messages.error(self.request, wrong.reason)
        else:
            messages.success(self.request, _("The label is being bought: “%s”.") % offer.name)
        return redirect(LIST)

    def _tell(self, asked: Asked, rows: list[Row]) -> None:
        count = len(asked.labels)
        if count:
            text = ngettext("%d label is being bought.", "%d labels are being bought.", count)
            messages.success(self.request, text % count)
        orders = {row.order.pk: row.order for row in rows}
        refused = [*asked.refusals, *(LabelRefusal(row.order.pk, row.reason) for row in rows if row.reason)]
        for refusal in refused[:10]:
            messages.warning(self.request, f"{orders[refusal.order]}: {refusal.reason}")

    def _show(self, rows: list[Row], form: RuleForm) -> HttpResponse:
        possible = [row for row in rows if not row.reason]
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": _("Buy shipping labels"),
            "opts": self.model_admin.opts,
            "rows": possible,
            "left_out": [row for row in rows if row.reason],
            "form": form,
            "options": [(option, LabelOffer.of(option)) for option in _shown(possible)],
        }
        return TemplateResponse(self.request, "admin/orders/shippinglabel/buy.html", context)


def _rows(keys: Collection[int]) -> list[Row]:
    orders = Order.objects.filter(pk__in=keys).select_related("connection").order_by("placed_at", "pk")
    items = items_of(keys)
    return [_row(order, items[order.pk]) for order in orders]


def _row(order: Order, items: list[OrderItem]) -> Row:
    contents = everything_open(items)
    if not contents:
        return Row(order, {}, _("Nothing of this order is open."))
    try:
        check_carried_by_bol(contents)
    except CannotPack as wrong:
        return Row(order, contents, wrong.reason)
    return Row(order, contents)


def _shown(rows: list[Row]) -> list[bol.DeliveryOption]:
    """Return what bol offers for a single order: its recommendation first, then by price."""
    options = rows[0].options if len(rows) == 1 else []
    return sorted(options, key=lambda option: (not option.recommended, price_of(option)))


def _keys(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]
