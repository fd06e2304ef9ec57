"""The outbox: what is said to bol, what bol answered, and what a person has to do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from connections import operations, services, shadowing
from connections.admin.attention import AttentionView
from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    TabularInline,
    action,
    display,
    show_age,
    show_label,
)
from connections.models import OutboxMessage, RequestLogEntry


class OperationFilter(admin.SimpleListFilter):
    """By bol's name of the operation; the choices are known without asking the database."""

    title = _("operation")
    parameter_name = "operation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return operations.names()

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(operation=self.value()) if self.value() else queryset


class RequestInline(TabularInline):
    """The requests that were made for a message."""

    model = RequestLogEntry
    fields = readonly_fields = ["at", "method", "path", "status", "duration_ms", "error", "request_id"]
    extra = 0
    can_delete = False
    ordering = ["-id"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutboxMessage)
class OutboxMessageAdmin(AttentionView, ReadOnlyAdmin):
    list_display = ["show_operation", "subject", "connection", "show_state", "reason", "attempts", "show_age"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        OperationFilter,
        ("connection", RelatedDropdownFilter),
        ("lane", ChoicesDropdownFilter),
    ]
    list_select_related = ["connection"]
    search_fields = ["subject__exact", "process_status_id__exact"]
    search_help_text = _("Subject (offer:12) or process status")
    fieldsets = [
        (None, {"fields": [("show_operation", "subject"), ("connection", "lane"), "show_state"]}),
        (_("Outcome"), {"fields": ["reason", "advice", "process_status_id", ("settled_by", "settlement")]}),
        (
            _("History"),
            {
                "fields": [
                    ("created_by", "source"),
                    "created_at",
                    "changed_at",
                    "attempts",
                    "last_sent_at",
                    "accepted_at",
                    "settled_at",
                ]
            },
        ),
    ]
    readonly_fields = ["show_operation", "show_state"]
    inlines = [RequestInline]
    actions = ["send_again"]
    actions_detail = ["show_request"]

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("connections.change_outboxmessage")

    @action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        count = services.send_again(queryset)
        text = ngettext("%d message is sent again.", "%d messages are sent again.", count) % count
        messages.success(request, text) if count else messages.warning(
            request, _("None of these was refused: there is nothing to send again.")
        )

    def has_see_request_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        waits = OutboxMessage.objects.waiting().filter(pk=object_id or 0)
        return self.has_view_permission(request) and waits.exists()

    @action(
        description=_("Show the request"), permissions=["see_request"], url_path="request", icon="visibility"
    )
    def show_request(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what would be sent, exactly, without sending it."""
        message = get_object_or_404(OutboxMessage.objects.select_related("connection"), pk=object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Request of %(message)s") % {"message": message},
            "message": message,
            "draft": shadowing.draft(message),
            "nothing": _("Nothing would be sent: bol has everything already."),
        }
        return TemplateResponse(request, "admin/connections/outboxmessage/draft.html", context)

    @display(description=_("Operation"), ordering="operation")
    def show_operation(self, message: OutboxMessage) -> Any:
        return dict(operations.names()).get(message.operation, message.operation)

    @display(description=_("State"), ordering="state")
    def show_state(self, message: OutboxMessage) -> str:
        state = OutboxMessage.State(message.state)
        return show_label(state.label, OutboxMessage.STATE_COLOURS[state])

    @display(description=_("Age"), ordering="id")
    def show_age(self, message: OutboxMessage) -> str:
        return show_age(message.created_at)
