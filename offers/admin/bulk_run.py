"""Bulk actions as they go and after: how far, what each offer came to, and a button to stop."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ChoicesDropdownFilter, ReadOnlyAdmin, display, show_age, show_label
from offers import bulk, guarding
from offers.admin.batch import may_undo
from offers.admin.bulk_forms import in_words
from offers.deeds import DEEDS
from offers.guard_rails import Tally
from offers.models import BulkOutcome, BulkRun, ChangeBatch
from offers.models.bulk import BulkState

OUTCOMES_PER_PAGE = 50


@admin.register(BulkRun)
class BulkRunAdmin(ReadOnlyAdmin):
    list_display = [
        "show_deed",
        "show_state",
        "total",
        "changed",
        "unchanged",
        "refused",
        "created_by",
        "show_age",
    ]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_select_related = ["created_by"]

    def has_view_permission(self, request: HttpRequest, obj: BulkRun | None = None) -> bool:
        return any(request.user.has_perm(f"offers.{may}_offer") for may in ("view", "change"))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("offer_ids", "guard_hits")

    def get_urls(self) -> list[Any]:
        pages = [("cancel", self.cancel_view), ("resume", self.resume_view)]
        own = [
            path(f"<int:run_id>/{name}/", self.admin_site.admin_view(view), name=f"offers_bulkrun_{name}")
            for name, view in pages
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = get_object_or_404(self.get_queryset(request).select_related("created_by"), pk=object_id)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        batch = ChangeBatch.objects.filter(bulk_run=run).select_related("undone_by").first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": DEEDS[run.deed].title,
            "run": run,
            "told": in_words(run.deed, run.parameters),
            "colour": BulkRun.STATE_COLOURS[BulkState(run.state)],
            "may_act": _may_act(request, run),
            "warnings": [guarding.in_words(said) for said in Tally.restored(run.guard_tally).warnings()],
            "batch": batch,
            "is_undoing": batch and batch.rows.filter(outcome="").exists(),
            "may_undo": may_undo(request) and not run.is_busy,
            "outcomes": _outcomes(request, run),
            "kind": _kind(request),
            "tabs": _tabs(run),
            "filters": request.GET.get("_changelist_filters", ""),
        }
        return TemplateResponse(request, "admin/offers/bulkrun/run.html", context)

    def cancel_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Stop a bulk action; what was done stays."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self._run_to_act_on(request, run_id)
        if bulk.cancel(run):
            messages.success(request, _("Stopped. What was done before stays as it is."))
        else:
            messages.warning(request, _("This was finished already."))
        return _page_of(run)

    def resume_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Ask a worker to go on with a run that nobody is at."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self._run_to_act_on(request, run_id)
        if run.is_stalled:
            bulk.ring(run.pk)
        return _page_of(run)

    def _run_to_act_on(self, request: HttpRequest, run_id: int) -> BulkRun:
        run = get_object_or_404(BulkRun.objects.defer("offer_ids", "guard_hits"), pk=run_id)
        if not _may_act(request, run):
            raise PermissionDenied
        return run

    @display(description=_("Action"), ordering="deed")
    def show_deed(self, run: BulkRun) -> Any:
        return DEEDS[run.deed].title

    @display(description=_("State"), ordering="state")
    def show_state(self, run: BulkRun) -> str:
        state = BulkRun.State(run.state)
        return show_label(state.label, BulkRun.STATE_COLOURS[state])

    @display(description=_("Started"), ordering="id")
    def show_age(self, run: BulkRun) -> str:
        return show_age(run.created_at)


def _may_act(request: HttpRequest, run: BulkRun) -> bool:
    return request.user.has_perm(DEEDS[run.deed].permission)


def _page_of(run: BulkRun) -> HttpResponse:
    return redirect(reverse("admin:offers_bulkrun_change", args=[run.pk]))


def _kind(request: HttpRequest) -> str:
    kind = request.GET.get("kind", "")
    return kind if kind in BulkOutcome.Kind.values else ""


def _outcomes(request: HttpRequest, run: BulkRun) -> Any:
    outcomes = run.outcomes.select_related("offer__product", "offer__project")
    kind = _kind(request)
    chosen = outcomes.filter(kind=kind) if kind else outcomes
    return Paginator(chosen, OUTCOMES_PER_PAGE).get_page(request.GET.get("page"))


def _tabs(run: BulkRun) -> list[tuple[str, Any, int]]:
    """Return kind, name and number for each kind of outcome that occurred."""
    tabs: list[tuple[str, Any, int]] = [("", _("All"), run.done)]
    tabs += [(kind.value, kind.label, getattr(run, kind.value)) for kind in BulkOutcome.Kind]
    return [tab for tab in tabs if tab[2]]
