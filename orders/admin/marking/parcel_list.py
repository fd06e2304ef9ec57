"""The page on which a list of orders and codes is pasted or uploaded: checked line by line, then recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.admin.marking.forms import ParcelListForm
from orders.admin.marking.recording import (
    batch_address,
    context_of,
    follow,
    read_again,
    read_confirmed,
    record,
    summary_of,
)
from orders.parcel_lists.loading import note_refusals, save_new_codes
from orders.parcel_lists.proposing import Proposed, Wishes, fingerprint_of, propose_list
from orders.parcel_lists.reading import Line, Unreadable, only, read_text, text_of
from orders.queries import usual_transporter
from orders.refreshing import Refreshed


class ParcelListPage:
    """One request to the page."""

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.model_admin = model_admin
        self.request = request
        self.usual = usual_transporter(request.user.pk)
        # What was typed, with the lines of a file among it.
        self.typed = request.POST.copy()

    def answer(self) -> HttpResponse:
        """Show the page, show what a list comes to, or record what was confirmed."""
        if not self.model_admin.has_ship_permission(self.request):
            raise PermissionDenied
        if self.request.method != "POST":
            return self._show(ParcelListForm(usual=self.usual))
        form = self._form()
        if not form.is_valid():
            return self._show(form)
        try:
            lines = read_text(form.cleaned_data["text"])
        except Unreadable as wrong:
            form.add_error("text", str(wrong))
            return self._show(form)
        is_confirmed = self.request.POST.get("step") == "confirm"
        return self._confirm(form, lines) if is_confirmed else self._check(form, lines)

    def _form(self) -> ParcelListForm:
        """Return the form; the lines of an uploaded file are put where they can be corrected."""
        typed, upload, wrong = self.typed, self.request.FILES.get("file"), ""
        if upload:
            try:
                typed["text"] = text_of(cast("BinaryIO", upload.file))
                typed["source"] = upload.name or ""
            except Unreadable as error:
                wrong = str(error)
        form = ParcelListForm(typed, usual=self.usual)
        if wrong:
            form.add_error("file", wrong)
        return form

    # Steps -------------------------------------------------------------------------------------------

    def _check(self, form: ParcelListForm, lines: Sequence[Line]) -> HttpResponse:
        wishes = self._wishes(form)
        told = self._read_again(propose_list(lines, wishes))
        return self._show(form, propose_list(lines, wishes), told)

    def _confirm(self, form: ParcelListForm, lines: Sequence[Line]) -> HttpResponse:
        confirmed = read_confirmed(self.request)
        if confirmed.batch:
            return follow(self.request, confirmed.batch)
        wishes = self._wishes(form)
        told = self._read_again(propose_list(lines, wishes))
        proposed = propose_list(lines, wishes)
        if confirmed.shown != fingerprint_of(proposed):
            return self._show(form, proposed, told, is_stale=True)
        source = self.typed.get("source", "")
        batch, refusals = record(self.request, proposed.parcels, confirmed, told=told, source=source)
        note_refusals(proposed, refusals, lines)
        saved, problems = save_new_codes(proposed.new_codes, by=self.request.user)
        proposed.problems += problems
        self._tell_saved(saved)
        if proposed.problems:
            return self._show_left(form, proposed)
        return (
            redirect(batch_address(self.request, batch))
            if batch
            else redirect("admin:orders_order_changelist")
        )

    def _show_left(self, form: ParcelListForm, proposed: Proposed) -> HttpResponse:
        """Show the page with the lines that are left, each with its reason."""
        numbers = {problem.line.number for problem in proposed.problems}
        self.typed["text"] = only(form.cleaned_data["text"], numbers)
        left = ParcelListForm(self.typed, usual=self.usual)
        left.is_valid()
        return self._show(left, propose_list(read_text(str(self.typed["text"])), self._wishes(left)))

    def _tell_saved(self, saved: int) -> None:
        if saved:
            text = ngettext(
                "%d parcel that left already has its new code.",
                "%d parcels that left already have their new codes.",
                saved,
            )
            messages.success(self.request, text % saved)

    def _wishes(self, form: ParcelListForm) -> Wishes:
        said = form.cleaned_data
        return Wishes(said["connection"], said["transporter_code"], self.usual, said["despite_request"])

    def _read_again(self, proposed: Proposed) -> Refreshed | None:
        return read_again({proposal.order.pk for proposal in proposed.parcels})

    def _show(
        self,
        form: ParcelListForm,
        proposed: Proposed | None = None,
        told: Refreshed | None = None,
        *,
        is_stale: bool = False,
    ) -> HttpResponse:
        context = {
            **context_of(self.model_admin, self.request),
            "title": _("Mark a list shipped"),
            "form": form,
            "source": self.typed.get("source", ""),
            "proposed": proposed,
            "is_stale": is_stale,
        }
        if proposed:
            context |= summary_of(proposed.parcels, told) | {"shown": fingerprint_of(proposed)}
        return TemplateResponse(self.request, "admin/orders/order/parcel_list.html", context)
