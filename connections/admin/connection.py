"""The page of a connection: what it may do, how it is, and the switches."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from connections import services
from connections.admin.flow import FlowRow
from connections.admin.forms import ConnectionForm, PauseForm
from connections.admin.subscribing import SubscriptionSwitches
from connections.adminbase import (
    BaseDialogForm,
    ChoicesDropdownFilter,
    ModelAdmin,
    TabularInline,
    action,
    display,
    leave_dialog,
    show_age,
    show_label,
)
from connections.models import Connection, Flow, MessageState, OffersApi
from connections.testing import try_connection
from connections.timeline import show_timeline


class FlowInline(FlowRow, TabularInline):
    """How each kind of traffic of this connection is doing."""

    model = Flow
    fields = readonly_fields = ["show_kind", "show_success", "failures", "last_error"]
    extra = 0
    can_delete = False
    verbose_name_plural = _("How its traffic is doing")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flow]:
        return super().get_queryset(request).select_related("connection")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Connection)
class ConnectionAdmin(SubscriptionSwitches, ModelAdmin):
    # What there is to say only of a connection that was made.
    AFTERWARDS = (_("State"), _("Notifications"), _("What happened"))
    form = ConnectionForm
    list_display = ["name", "show_status", "show_sending", "offers_api", "show_waiting", "show_fetched"]
    list_filter = [("status", ChoicesDropdownFilter), ("offers_api", ChoicesDropdownFilter), "is_live"]
    search_fields = ["name", "client_id"]
    readonly_fields = [
        "show_status",
        "show_sending",
        "status_reason",
        "show_since",
        "show_notifications",
        "show_timeline",
    ]
    fieldsets = [
        (_("State"), {"fields": [("show_status", "show_sending"), "status_reason", "show_since"]}),
        (_("Account at bol"), {"fields": ["name", "client_id", "new_secret", "offers_api"]}),
        (
            _("Address"),
            {"fields": ["api_url", "login_url"], "classes": ["collapse"]},
        ),
        (_("Notifications"), {"fields": ["show_notifications"]}),
        (_("Packing slips"), {"fields": ["sender_name", "return_address", "prices_on_packing_slips"]}),
        (_("What happened"), {"fields": ["show_timeline"]}),
    ]
    inlines = [FlowInline]
    actions_detail = [
        "test",
        "recover",
        "pause",
        "resume",
        "start_sending",
        "stop_sending",
        "move_to_v11",
        "move_to_v10",
        {
            "title": _("Notifications"),
            "icon": "notifications",
            "items": SubscriptionSwitches.subscription_actions,
        },
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        waiting = Count("outbox", filter=Q(outbox__state=MessageState.PENDING))
        fetched = Max("flows__last_success_at", filter=Q(flows__kind="orders"))
        return super().get_queryset(request).annotate(waiting=waiting, orders_fetched_at=fetched)

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else [part for part in fieldsets if part[0] not in self.AFTERWARDS]

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        # Moving to another dialect is an action of its own: the offers have to follow.
        readonly = super().get_readonly_fields(request, obj)
        return [*readonly, "offers_api"] if obj else readonly

    def get_inlines(self, request: HttpRequest, obj: Connection | None) -> Any:
        return super().get_inlines(request, obj) if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        # Its orders and messages are the merchant's history; a connection is paused instead.
        return False

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        secret = form.cleaned_data.get("new_secret") or obj.client_secret
        if not change:
            obj.client_secret = secret
            obj.save()
            return
        plain = [name for name in form.changed_data if name not in {"client_id", "new_secret"}]
        if plain:
            obj.save(update_fields=plain)
        if {"client_id", "new_secret"} & set(form.changed_data):
            services.enter_credentials(obj, obj.client_id, secret, by=request.user)

    # Columns ---------------------------------------------------------------------------------------

    @display(description=_("Status"), ordering="status")
    def show_status(self, connection: Connection) -> str:
        status = Connection.Status(connection.status)
        return show_label(status.label, Connection.STATUS_COLOURS[status])

    @display(description=_("Sending"), ordering="is_live")
    def show_sending(self, connection: Connection) -> str:
        return (
            show_label(_("sends to bol"), "success")
            if connection.is_live
            else show_label(_("read only"), "info")
        )

    @display(description=_("Waiting to be sent"), ordering="waiting")
    def show_waiting(self, connection: Connection) -> int:
        return connection.waiting  # type: ignore[attr-defined]

    @display(description=_("Orders fetched"), ordering="orders_fetched_at")
    def show_fetched(self, connection: Connection) -> str:
        return show_age(connection.orders_fetched_at)  # type: ignore[attr-defined]

    @display(description=_("Since"))
    def show_since(self, connection: Connection) -> str:
        return show_age(connection.status_changed_at)

    @display(description="")
    def show_timeline(self, connection: Connection) -> str:
        return show_timeline(connection)

    # Which switch makes sense -----------------------------------------------------------------------

    def has_test_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(self.has_change_permission(request))

    def has_pause_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may_switch(request, object_id, status=Connection.Status.ACTIVE)

    def has_resume_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        stopped = [Connection.Status.PAUSED, Connection.Status.SUSPENDED]
        return self._may_switch(request, object_id, status__in=stopped)

    def has_start_sending_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may_switch(request, object_id, is_live=False)

    def has_stop_sending_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may_switch(request, object_id, is_live=True)

    def has_move_to_v11_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may_switch(request, object_id, offers_api=OffersApi.V10)

    def has_move_to_v10_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may_switch(request, object_id, offers_api=OffersApi.V11)

    def _may_switch(self, request: HttpRequest, object_id: str | None, **state: Any) -> bool:
        may_change = self.has_change_permission(request)
        return may_change and Connection.objects.filter(pk=object_id or 0, **state).exists()

    # Switches: dialogs, so that each is a POST ------------------------------------------------------

    @action(
        description=_("Test"),
        permissions=["test"],
        icon="network_check",
        dialog={
            "title": _("Test this connection?"),
            "description": _(
                "Logs in at bol and reads a little of what the back office reads. Nothing is changed."
            ),
            "form_class": None,
            "form_submit_text": _("Test"),
        },
    )
    def test(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        connection = get_object_or_404(Connection, pk=object_id)
        for finding in try_connection(connection):
            tell = messages.success if finding.is_fine else messages.error
            tell(request, f"{finding.title}: {finding.text}")
        return leave_dialog(reverse("admin:connections_connection_change", args=[connection.pk]))

    @action(description=_("Recover"), permissions=["pause"], icon="healing")
    def recover(self, request: HttpRequest, object_id: str) -> HttpResponse:
        address = reverse("admin:connections_recovery_add", query={"connection": object_id})
        return HttpResponseRedirect(address)

    @action(
        description=_("Pause"),
        permissions=["pause"],
        icon="pause",
        dialog={
            "title": _("Pause this connection?"),
            "description": _(
                "Nothing is fetched and nothing is sent until somebody resumes it. What has to be sent waits."
            ),
            "form_class": PauseForm,
            "form_submit_text": _("Pause"),
        },
    )
    def pause(self, request: HttpRequest, form: PauseForm, object_id: str) -> HttpResponse:
        connection = get_object_or_404(Connection, pk=object_id)
        services.pause(connection, form.cleaned_data["reason"], by=request.user)
        return self._done(request, connection, _("The connection is paused."))

    @action(
        description=_("Resume"),
        permissions=["resume"],
        icon="play_arrow",
        dialog={
            "title": _("Resume this connection?"),
            "description": _("Orders are fetched again, and what waits is sent if the connection is live."),
            "form_class": None,
            "form_submit_text": _("Resume"),
        },
    )
    def resume(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        connection = get_object_or_404(Connection, pk=object_id)
        services.resume(connection, by=request.user)
        return self._done(request, connection, _("The connection is active."))

    @action(
        description=_("Go live"),
        permissions=["start_sending"],
        icon="send",
        dialog={
            "title": _("Send to bol?"),
            "description": _(
                "From now on every change is sent to bol, starting with what waits in the outbox."
            ),
            "form_class": None,
            "form_submit_text": _("Go live"),
        },
    )
    def start_sending(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        connection = get_object_or_404(Connection, pk=object_id)
        services.start_sending(connection, by=request.user)
        return self._done(request, connection, _("The connection is live: changes are sent to bol."))

    @action(
        description=_("Read only"),
        permissions=["stop_sending"],
        icon="visibility",
        dialog={
            "title": _("Stop sending to bol?"),
            "description": _(
                "Orders are still fetched. Changes wait in the outbox until the connection is live again."
            ),
            "form_class": None,
            "form_submit_text": _("Stop sending"),
        },
    )
    def stop_sending(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        connection = get_object_or_404(Connection, pk=object_id)
        services.stop_sending(connection, by=request.user)
        return self._done(request, connection, _("The connection is read only."))

    @action(
        description=_("Move to Offers v11"),
        permissions=["move_to_v11"],
        icon="upgrade",
        dialog={
            "title": _("Move to Offers v11?"),
            "description": _(
                "From now on offers are sent in version 11. bol is asked in which countries it sells them, and that "
                "becomes what we want; nothing else is sent that bol has already. No other connection changes, and "
                "you can move back."
            ),
            "form_class": None,
            "form_submit_text": _("Move"),
        },
    )
    def move_to_v11(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._move(request, object_id, OffersApi.V11)

    @action(
        description=_("Move back to Offers v10"),
        permissions=["move_to_v10"],
        icon="undo",
        dialog={
            "title": _("Move back to Offers v10?"),
            "description": _(
                "From now on offers are sent in version 10. It has no words for countries, delivery profiles and "
                "refurbished articles: bol keeps what it has of these, and new refurbished offers are refused."
            ),
            "form_class": None,
            "form_submit_text": _("Move back"),
        },
    )
    def move_to_v10(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._move(request, object_id, OffersApi.V10)

    def _move(self, request: HttpRequest, object_id: str, offers_api: OffersApi) -> HttpResponse:
        connection = get_object_or_404(Connection, pk=object_id)
        services.move_to(connection, offers_api, by=request.user)
        return self._done(
            request, connection, _("The connection speaks %(dialect)s.") % {"dialect": offers_api.label}
        )

    def _done(self, request: HttpRequest, connection: Connection, text: Any) -> HttpResponse:
        messages.success(request, text)
        return leave_dialog(reverse("admin:connections_connection_change", args=[connection.pk]))
