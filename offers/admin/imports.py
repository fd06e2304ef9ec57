"""Imports: upload a spreadsheet, see what it would do, load the good rows, get the others back with the reason."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from connections.adminbase import (
    ChoicesDropdownFilter,
    ModelAdmin,
    RelatedDropdownFilter,
    action,
    display,
    show_age,
    show_label,
)
from connections.models import Connection
from offers import guarding
from offers.admin import import_columns
from offers.admin.import_preview import (
    CONTESTED,
    column_name,
    lines_of,
    preview_rows,
    tabs_of,
    telling,
)
from offers.imports import runs
from offers.imports.columns import Unclear
from offers.imports.foretelling import foretell
from offers.imports.reading import Unreadable, open_sheet
from offers.imports.rejects import rejected_csv
from offers.models import ChangeBatch, ImportRun
from offers.models.imports import ImportState

PROBLEMS_PER_PAGE = 50
ROWS_PER_PAGE = 50


class UploadForm(forms.ModelForm):
    """A spreadsheet, and where its rows belong."""

    class Meta:
        model = ImportRun
        fields = ["file", "connection", "default_project"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            with open_sheet(upload.file):
                pass
        except Unclear:
            pass  # a person says on the next page what the columns mean
        except Unreadable as error:
            raise ValidationError(str(error), "unreadable") from error
        finally:
            upload.seek(0)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        project, connection = cleaned.get("default_project"), cleaned.get("connection")
        if project and connection and project.connection_id != connection.pk:
            self.add_error("default_project", _("This project belongs to another connection."))
        return cleaned


@admin.register(ImportRun)
class ImportRunAdmin(ModelAdmin):
    form = UploadForm
    fields = ["file", "connection", "default_project"]
    list_display = [
        "original_name",
        "connection",
        "show_state",
        "created",
        "changed",
        "unchanged",
        "rejected",
        "created_by",
        "show_age",
    ]
    list_filter = [("state", ChoicesDropdownFilter), ("connection", RelatedDropdownFilter)]
    list_select_related = ["connection", "created_by"]
    search_fields = ["original_name"]
    actions_list = ["upload"]

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        pages = [
            ("load", self.load_view),
            ("resume", self.resume_view),
            ("refused", self.refused_view),
            ("columns", self.columns_view),
        ]
        own = [
            path(f"<int:run_id>/{name}/", self.admin_site.admin_view(view), name=f"offers_importrun_{name}")
            for name, view in pages
        ]
        return [*own, *super().get_urls()]

    # Upload ----------------------------------------------------------------------------------------

    @action(description=_("Import a spreadsheet"), permissions=["add"], icon="upload_file")
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Go to the form; a link that changes nothing."""
        return redirect("admin:offers_importrun_add")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        connections = list(Connection.objects.values_list("pk", flat=True)[:2])
        only = {"connection": connections[0]} if len(connections) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        context = {
            "title": _("Import a spreadsheet"),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, form_url, {**context, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: ImportRun, form: Any, change: bool) -> None:
        obj.original_name = str(obj.file.name)[-255:]
        obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        transaction.on_commit(partial(runs.start_check, obj))

    def response_add(
        self, request: HttpRequest, obj: ImportRun, post_url_continue: Any = None
    ) -> HttpResponse:
        return redirect("admin:offers_importrun_change", obj.pk)

    # The page of a run -------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = get_object_or_404(
            ImportRun.objects.select_related("connection", "default_project"), pk=object_id
        )
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        problems = Paginator(run.problems.all(), PROBLEMS_PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": run.original_name,
            "run": run,
            "colour": ImportRun.STATE_COLOURS[ImportState(run.state)],
            "may_load": self.has_add_permission(request),
            "problems": problems,
            "max_problems": runs.MAX_PROBLEMS,
            "warnings": _warnings(run),
            "batch": ChangeBatch.objects.filter(run=run).first(),
            **_preview(run, request.GET),
        }
        return TemplateResponse(request, "admin/offers/importrun/run.html", context)

    def load_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Load the good rows, because this person says so."""
        run = self._run_to_change(request, run_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        is_passed = request.POST.get("pass_guard_rails") == "yes"
        if is_passed and not request.user.has_perm(guarding.PERMISSION):
            raise PermissionDenied
        try:
            is_started = runs.start_loading(run, request.user, pass_guard_rails=is_passed)
        except runs.Guarded:
            return self._ask_to_pass(request, run)
        if is_started:
            messages.success(request, _("The good rows are being loaded."))
        else:
            messages.warning(request, _("This import is not waiting to be loaded."))
        return self._back_to(run)

    def _ask_to_pass(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Is this meant?"),
            "run": run,
            "warnings": _warnings(run),
            "may_pass": request.user.has_perm(guarding.PERMISSION),
        }
        return TemplateResponse(request, "admin/offers/importrun/guarded.html", context)

    def columns_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Check the file again with what this person says the columns mean."""
        run = self._run_to_change(request, run_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not runs.map_columns(run, import_columns.mapping_in(request.POST)):
            messages.warning(request, _("The columns of this import cannot be changed any more."))
        return self._back_to(run)

    def resume_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Ask a worker to go on with a run that nobody is at."""
        run = self._run_to_change(request, run_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if run.is_stalled:
            runs.ring(run.pk)
        return self._back_to(run)

    def refused_view(self, request: HttpRequest, run_id: int) -> HttpResponse | StreamingHttpResponse:
        """Download the refused rows with their reasons."""
        run = get_object_or_404(ImportRun, pk=run_id)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        return StreamingHttpResponse(
            rejected_csv(run),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="refused-rows-{run.pk}.csv"'},
        )

    def _run_to_change(self, request: HttpRequest, run_id: int) -> ImportRun:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return get_object_or_404(ImportRun, pk=run_id)

    def _back_to(self, run: ImportRun) -> HttpResponse:
        return redirect(reverse("admin:offers_importrun_change", args=[run.pk]))

    # Columns -----------------------------------------------------------------------------------------

    @display(description=_("State"), ordering="state")
    def show_state(self, run: ImportRun) -> str:
        state = ImportRun.State(run.state)
        return show_label(state.label, ImportRun.STATE_COLOURS[state])

    @display(description=_("Uploaded"), ordering="id")
    def show_age(self, run: ImportRun) -> str:
        return show_age(run.created_at)


def _warnings(run: ImportRun) -> list[tuple[str, tuple[str, ...]]]:
    """Return what the guard rails say, and of which offers, while somebody can still stop it."""
    if run.state != ImportState.READY:
        return []
    return [(guarding.in_words(warning), warning.names) for warning in runs.warnings_of(run)]


def _preview(run: ImportRun, asked: Any) -> dict[str, Any]:
    """Return what the page shows of the file itself while it waits for a decision."""
    if run.state not in {ImportState.READY, ImportState.COLUMNS}:
        return {}
    try:
        layout = runs.layout(run)
        shown = import_columns.columns_of(layout, run.mapping)
        found = {"layout": import_columns.in_words(layout), "columns": shown}
        return found | (_rows(run, asked, shown) if run.state == ImportState.READY else {})
    except (OSError, Unreadable):
        return {"is_file_gone": True}


def _rows(run: ImportRun, asked: Any, shown: list[import_columns.Column]) -> dict[str, Any]:
    tabs = tabs_of(run)
    names = [tab.name for tab in tabs]
    chosen = asked.get("show") if asked.get("show") in names else next(iter(names), "")
    page = Paginator(lines_of(run, chosen), ROWS_PER_PAGE).get_page(asked.get("row_page"))
    lines = runs.preview(run, [line.row for line in page])
    columns = telling([column.meaning for column in shown if column.meaning], lines)
    return {
        "tabs": tabs,
        "tab": chosen,
        "rows": page,
        "preview": preview_rows(lines, columns, foretell(run, page)),
        "max_lines": runs.MAX_LINES if run.good + run.unchanged > runs.MAX_LINES else 0,
        "contested": next((tab.count for tab in tabs if tab.name == CONTESTED), 0),
        "headings": [column_name(column) for column in columns],
        "ignored": [column.text for column in shown if column.text and not column.meaning],
    }
