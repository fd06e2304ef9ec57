"""Alerts: what is wrong now, what was, and who knows of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from connections.adminbase import (
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    action,
    display,
    show_age,
    show_label,
)
from connections.models import Alert, Heartbeat, Notice
from connections.monitoring.rules import title_of


class StateFilter(admin.SimpleListFilter):
    """Open alerts unless one asks for the history."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("over", _("Over")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        for value, title in self.lookup_choices:
            yield {
                "selected": (self.value() or "open") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "over")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["show_severity", "show_rule", "show_text", "show_opened", "show_state"]
    list_display_links = ["show_rule"]
    list_filter = [
        StateFilter,
        ("severity", ChoicesDropdownFilter),
        ("connection", RelatedDropdownFilter),
    ]
    list_select_related = ["acknowledged_by"]
    fieldsets = [
        (None, {"fields": [("show_severity", "show_rule"), "show_text", "connection"]}),
        (
            _("History"),
            {
                "fields": [
                    ("opened_at", "last_seen_at"),
                    ("acknowledged_at", "acknowledged_by"),
                    "resolved_at",
                ]
            },
        ),
    ]
    readonly_fields = ["show_severity", "show_rule", "show_text"]
    actions = ["acknowledge"]

    def has_acknowledge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("connections.change_alert")

    @action(description=_("Acknowledge: I know of it"), permissions=["acknowledge"])
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        found = list(queryset.unacknowledged())  # type: ignore[attr-defined]
        for alert in found:
            alert.acknowledge(request.user)
        count = len(found)
        text = ngettext("%d alert is acknowledged.", "%d alerts are acknowledged.", count) % count
        messages.success(request, text) if count else messages.info(
            request, _("Somebody knew of all of these already, or they are over.")
        )

    @display(description=_("Urgency"), ordering="severity")
    def show_severity(self, alert: Alert) -> str:
        severity = Alert.Severity(alert.severity)
        return show_label(severity.label, Alert.SEVERITY_COLOURS[severity])

    @display(description=_("What"), ordering="rule")
    def show_rule(self, alert: Alert) -> str:
        return title_of(alert.rule)

    @display(description=_("What is wrong, and what to do"))
    def show_text(self, alert: Alert) -> SafeString | str:
        if not alert.link:
            return alert.text
        return format_html('{} <a class="underline" href="{}">{}</a>', alert.text, alert.link, _("Show"))

    @display(description=_("Opened"), ordering="opened_at")
    def show_opened(self, alert: Alert) -> str:
        return show_age(alert.opened_at)

    @display(description=_("State"))
    def show_state(self, alert: Alert) -> str:
        if alert.resolved_at:
            return show_label(_("over"), "success")
        if alert.acknowledged_at:
            by = alert.acknowledged_by.get_username() if alert.acknowledged_by else ""
            return show_label(_("known to %(name)s") % {"name": by}, "info")
        return show_label(_("open"), "danger")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What was told to people outside of the back office, and what could not be."""

    list_display = ["title", "channel", "show_created", "show_sent", "attempts", "last_error"]
    list_filter = ["channel"]
    # A webhook's address is a secret: who knows it can write there.
    fields = ["title", "text", "channel", "created_at", "sent_at", "attempts", "last_error"]

    @display(description=_("Written"), ordering="created_at")
    def show_created(self, notice: Notice) -> str:
        return show_age(notice.created_at)

    @display(description=_("Sent"), ordering="sent_at")
    def show_sent(self, notice: Notice) -> str:
        return show_age(notice.sent_at) if notice.sent_at else show_label(_("not yet"), "warning")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "show_at"]

    @display(description=_("Last seen"), ordering="at")
    def show_at(self, heartbeat: Heartbeat) -> str:
        return show_age(heartbeat.at)
