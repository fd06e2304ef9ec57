"""The fields of the pages on which parcels are marked shipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)
from connections.models import Connection
from orders import transporters
from orders.models import Order, OrderItem
from orders.models.shipment import TRACK_AND_TRACE_MAX_LENGTH
from orders.packing import CannotPack, Parcel
from orders.standing import line_of
from orders.track_and_trace import tidy

PREFIX = "quantity-"


class CarrierForm(forms.Form):
    """Who carries the parcels that have no carrier of their own."""

    transporter_code = forms.ChoiceField(
        label=_("Carrier of all parcels"), required=False, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, data: Any = None, *, usual: str = "", **options: Any) -> None:
        super().__init__(data, **options)
        carriers = cast("forms.ChoiceField", self.fields["transporter_code"])
        carriers.choices = [("", _by_the_code(usual)), *transporters.choices()]


def _by_the_code(usual: str) -> Any:
    if usual in transporters.transporters():
        return _("By each code; where it does not tell: %s, as last time") % transporters.name_of(usual)
    return _("By each code")


class ParcelForm(forms.Form):
    """A parcel of one order: its code, its carrier, and how many of each item it holds where `items` are given."""

    track_and_trace = forms.CharField(
        label=_("Track and trace"),
        required=False,
        max_length=TRACK_AND_TRACE_MAX_LENGTH,
        widget=UnfoldAdminTextInputWidget(attrs={"aria-label": _("Track and trace"), "data-scan": "yes"}),
    )
    transporter = forms.CharField(
        label=_("Carrier"),
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(
            attrs={"aria-label": _("Carrier"), "list": "carriers", "placeholder": _("by the code")}
        ),
    )
    despite_request = forms.BooleanField(
        label=_("Ship it anyway"), required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, order: Order, items: Sequence[OrderItem], data: Any = None, number: int = 1) -> None:
        super().__init__(data, prefix=f"order-{order.pk}" + (f"-{number}" if number > 1 else ""))
        self.order = order
        self.number = number
        # Of several parcels the first one holds everything, until somebody says otherwise.
        self.fields |= {f"{PREFIX}{item.pk}": _quantity_field(item, number) for item in items}

    def clean_track_and_trace(self) -> str:
        return tidy(self.cleaned_data["track_and_trace"])

    def clean_transporter(self) -> str:
        text = self.cleaned_data["transporter"]
        code = transporters.find(text, transporters.transporters())
        if text and not code:
            raise ValidationError(_("bol knows no carrier “%s”. Choose one of the list.") % text, "unknown")
        return code

    def quantity_fields(self) -> list[forms.BoundField]:
        """Return the fields for quantities, in the order of the items."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    @property
    def quantities(self) -> dict[int, int]:
        """Return what was typed by the key of the item; the form is valid."""
        return {
            int(name.removeprefix(PREFIX)): value or 0
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX)
        }

    @property
    def is_left_blank(self) -> bool:
        """Whether this is a further parcel that somebody added and then had no use for."""
        typed = [self.cleaned_data["track_and_trace"], *self.quantities.values()]
        return self.number > 1 and not any(typed)

    def parcel(self, *, despite_request: bool) -> Parcel:
        """Return what was typed, the carrier apart; the form is valid."""
        return Parcel(
            self.order.pk,
            "",
            self.cleaned_data["track_and_trace"],
            self.quantities or None,
            despite_request=despite_request or self.cleaned_data["despite_request"],
        )

    def refuse(self, wrong: CannotPack) -> None:
        """Show why the parcel is not recorded, beside the field where there is one."""
        field = {"transporter_code": "transporter"}.get(wrong.field, wrong.field)
        self.add_error(field if field in self.fields else None, wrong.reason)


class ParcelListForm(CarrierForm):
    """A list of orders with their codes, pasted or as a file, and what is said of it as a whole."""

    text = forms.CharField(
        label=_("Orders and codes"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 12, "spellcheck": "false", "wrap": "off", "style": "font-family: monospace"}
        ),
        help_text=_(
            "One parcel a line: order, track and trace and, if you like, carrier. Copy the columns from a spreadsheet, or "
            "type them with a tab, semicolon or comma between them. A first line may name the columns; then there may "
            "also be: item, quantity, reference, connection."
        ),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("CSV or XLSX, with the same columns. Its lines are put in the field above."),
    )
    connection = forms.ModelChoiceField(
        Connection.objects.all(),
        label=_("Connection"),
        required=False,
        empty_label=_("Whichever has the order"),
        widget=UnfoldAdminSelectWidget,
    )
    despite_request = forms.BooleanField(label=_("Ship also what customers asked to cancel"), required=False)
    field_order = ["text", "file", "transporter_code", "connection", "despite_request"]


def _quantity_field(item: OrderItem, number: int) -> forms.IntegerField:
    left = line_of(item).open
    return forms.IntegerField(
        label=item.title or item.ean,
        required=False,
        min_value=0,
        initial=left if number == 1 else 0,
        help_text=_("of %d open") % left,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
