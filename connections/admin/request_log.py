"""Every request to bol, newest first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from connections.adminbase import ReadOnlyAdmin, RelatedDropdownFilter, display, show_age
from connections.models import RequestLogEntry


class AnswerFilter(admin.SimpleListFilter):
    """By how the request was answered."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [
            ("good", _("Good")),
            ("refused", _("Refused")),
            ("slowed", _("Too many requests")),
            ("none", _("No good answer")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RequestLogEntry]
    ) -> QuerySet[RequestLogEntry]:
        conditions = {
            "good": Q(status__lt=400),
            "refused": Q(status__gte=400, status__lt=500) & ~Q(status=429),
            "slowed": Q(status=429),
            "none": Q(status=None) | Q(status__gte=500),
        }
        condition = conditions.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset


@admin.register(RequestLogEntry)
class RequestLogEntryAdmin(ReadOnlyAdmin):
    list_display = [
        "show_when",
        "connection",
        "method",
        "path",
        "show_status",
        "duration_ms",
        "error",
        "message",
    ]
    list_filter = [AnswerFilter, ("connection", RelatedDropdownFilter)]
    list_select_related = ["connection", "message"]
    search_fields = ["path__startswith", "request_id__exact"]
    search_help_text = _("Path from its beginning, or bol's request id")
    list_display_links = ["path"]

    @display(description=_("When"), ordering="id")
    def show_when(self, entry: RequestLogEntry) -> str:
        return show_age(entry.at)

    @display(
        description=_("Status"),
        label={"good": "success", "refused": "danger", "slowed": "warning", "none": "danger"},
    )
    def show_status(self, entry: RequestLogEntry) -> tuple[str, str]:
        if entry.status is None:
            return "none", str(_("no answer"))
        if entry.status == 429:
            return "slowed", "429"
        return ("good" if entry.status < 400 else "refused"), str(entry.status)
