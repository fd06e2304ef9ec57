"""The page on which the carrier and the track and trace of a parcel that left are added or corrected."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from orders import transporters
from orders.correcting import CannotCorrect, correct_transport
from orders.models import Shipment, ShipmentState
from orders.models.shipment import TRACK_AND_TRACE_MAX_LENGTH
from orders.track_and_trace import tidy

PAGE = "admin:orders_shipment_change"


class TransportForm(forms.Form):
    """Who carries a parcel, and by which code it is followed."""

    transporter_code = forms.ChoiceField(label=gettext_lazy("Carrier"), widget=UnfoldAdminSelectWidget)
    track_and_trace = forms.CharField(
        label=gettext_lazy("Track and trace"),
        required=False,
        max_length=TRACK_AND_TRACE_MAX_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, shipment: Shipment, data: Any = None) -> None:
        current = {
            "transporter_code": shipment.transporter_code,
            "track_and_trace": shipment.track_and_trace,
        }
        super().__init__(data, initial=current)
        carriers = cast("forms.ChoiceField", self.fields["transporter_code"])
        carriers.choices = transporters.choices(current=shipment.transporter_code)

    def clean_track_and_trace(self) -> str:
        return tidy(self.cleaned_data["track_and_trace"])


class CorrectTransportPage:
    """One request to the page of one parcel."""

    def __init__(self, model_admin: Any, request: HttpRequest, shipment_key: str) -> None:
        self.model_admin = model_admin
        self.request = request
        self.shipment = get_object_or_404(
            Shipment.objects.select_related("order__connection"), pk=shipment_key
        )

    def answer(self) -> HttpResponse:
        """Show the page, or save what was typed."""
        if not self.request.user.has_perm("orders.change_order"):
            raise PermissionDenied
        if self.request.method != "POST":
            return self._show(TransportForm(self.shipment))
        form = TransportForm(self.shipment, self.request.POST)
        return self._save(form) if form.is_valid() else self._show(form)

    def _save(self, form: TransportForm) -> HttpResponse:
        code, track_and_trace = form.cleaned_data["transporter_code"], form.cleaned_data["track_and_trace"]
        try:
            shipment = correct_transport(self.shipment, code, track_and_trace, by=self.request.user)
        except CannotCorrect as wrong:
            form.add_error(wrong.field or None, wrong.reason)
            return self._show(form)
        messages.success(self.request, _what_follows(shipment))
        doubt = transporters.what_contradicts(code, track_and_trace)
        if doubt:
            messages.warning(self.request, doubt)
        return redirect(PAGE, shipment.pk)

    def _show(self, form: TransportForm) -> HttpResponse:
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": _("Correct track and trace"),
            "opts": self.model_admin.opts,
            "shipment": self.shipment,
            "known_carrier": transporters.name_of(self.shipment.known_transporter_code),
            "form": form,
        }
        return TemplateResponse(self.request, "admin/orders/shipment/correct.html", context)


def _what_follows(shipment: Shipment) -> str:
    if shipment.state == ShipmentState.WAITING:
        return _("Saved. The parcel is announced to bol with this code.")
    if not shipment.transport_state:
        return _("Nothing changed: bol has this code already.")
    if shipment.state != ShipmentState.CONFIRMED:
        return _(
            "Saved. bol is being told of the parcel itself; the correction follows when bol has confirmed it."
        )
    if not shipment.order.connection.may_send:
        return _("Saved. bol is told as soon as the connection may send.")
    return _("Saved. bol is told at once.")
