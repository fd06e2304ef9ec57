"""The fields of the page on which parcels are marked shipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.adminbase import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from orders import transporters
from orders.models import Order, OrderItem
from orders.services import TRACK_AND_TRACE_MAX_LENGTH, Parcel, Refusal
from orders.standing import line_of

PREFIX = "quantity-"


class CarrierForm(forms.Form):
    """Who carries the parcels."""

    transporter_code = forms.ChoiceField(
        label=_("Transporter"),
        choices=lambda: [("", _("Choose a carrier")), *transporters.choices()],
        widget=UnfoldAdminSelectWidget,
    )


class ParcelForm(forms.Form):
    """The parcel of one order: its code, and how many of each item it holds where `items` are given."""

    track_and_trace = forms.CharField(
        label=_("Track and trace"),
        required=False,
        max_length=TRACK_AND_TRACE_MAX_LENGTH,
        widget=UnfoldAdminTextInputWidget(attrs={"aria-label": _("Track and trace")}),
    )

    def __init__(self, order: Order, items: Sequence[OrderItem], data: Any = None) -> None:
        super().__init__(data, prefix=f"order-{order.pk}")
        self.order = order
        self.fields |= {f"{PREFIX}{item.pk}": _quantity_field(item) for item in items}

    def quantity_fields(self) -> list[forms.BoundField]:
        """Return the fields for quantities, in the order of the items."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def parcel(self, transporter_code: str) -> Parcel:
        """Return what was typed; the form is valid."""
        quantities = {
            int(name.removeprefix(PREFIX)): value or 0
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX)
        }
        return Parcel(
            self.order.pk, transporter_code, self.cleaned_data["track_and_trace"], quantities or None
        )

    def refuse(self, refusal: Refusal) -> None:
        """Show why the parcel was not recorded, beside the field where there is one."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.reason)


def _quantity_field(item: OrderItem) -> forms.IntegerField:
    left = line_of(item).open
    return forms.IntegerField(
        label=item.title or item.ean,
        required=False,
        min_value=0,
        initial=left,
        help_text=_("of %d open") % left,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
