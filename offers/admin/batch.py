"""Batches of changes: what an import or bulk action changed, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ReadOnlyAdmin, display, show_age
from offers import batches, history, undoing
from offers.models import ChangeBatch, ChangeBatchRow
from offers.models.batch import BatchOutcome

ROWS_PER_PAGE = 50


@admin.register(ChangeBatch)
class ChangeBatchAdmin(ReadOnlyAdmin):
    list_display = ["title", "created_by", "show_made"]
    list_select_related = ["created_by"]
    search_fields = ["title"]

    def has_view_permission(self, request: HttpRequest, obj: ChangeBatch | None = None) -> bool:
        # Who may see offers may see what was done to them.
        return any(request.user.has_perm(may) for may in ("offers.view_offer", "offers.change_offer")) or (
            super().has_view_permission(request, obj)
        )

    def get_urls(self) -> list[Any]:
        undo = self.admin_site.admin_view(self.undo_view)
        return [path("<int:batch_id>/undo/", undo, name="offers_changebatch_undo"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        batch = get_object_or_404(ChangeBatch.objects.select_related("created_by"), pk=object_id)
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        return TemplateResponse(request, "admin/offers/changebatch/batch.html", self._context(request, batch))

    def undo_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Undo a batch, because this person says so on the page that asked."""
        batch = get_object_or_404(ChangeBatch, pk=batch_id)
        if not may_undo(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if request.POST.get("confirmed") != "yes":
            context = self._context(request, batch) | {"is_asking": True}
            return TemplateResponse(request, "admin/offers/changebatch/batch.html", context)
        undo = undoing.start_undo(batch, request.user)
        if undo is None:
            messages.warning(request, _("This was undone before, or is not finished yet."))
        return redirect("admin:offers_changebatch_change", batch.pk)

    def _context(self, request: HttpRequest, batch: ChangeBatch) -> dict[str, Any]:
        undo = ChangeBatch.objects.filter(undoes=batch).first()
        rows = batch.rows.filter(outcome=BatchOutcome.KEPT) if undo else batch.rows.all()
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": batch.title,
            "batch": batch,
            "undo": undo,
            "is_undoing": bool(undo) and batch.rows.filter(outcome="").exists(),
            "may_undo": may_undo(request) and undo is None and undoing.is_finished(batch),
            "total": batch.rows.count(),
            "undone": batch.rows.filter(outcome=BatchOutcome.UNDONE).count(),
            "rows": (page := Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))),
            "shown": [(row, _in_words(row)) for row in page],
        }

    @display(description=_("Made"), ordering="id")
    def show_made(self, batch: ChangeBatch) -> str:
        return show_age(batch.created_at)


def may_undo(request: HttpRequest) -> bool:
    """Tell whether this person may change offers."""
    return bool(request.user.has_perm("offers.change_offer"))


def _in_words(row: ChangeBatchRow) -> str:
    if row.before is None:
        return str(_("made"))
    changes = {
        field: (batches.restored(field, old), batches.restored(field, row.after.get(field)))
        for field, old in row.before.items()
    }
    return history.in_words(changes)
