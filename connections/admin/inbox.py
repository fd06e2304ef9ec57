"""What bol posted, what was refused, and the subscriptions by which bol posts."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from connections import subscriptions
from connections.admin.subscribing import name_of, show_state
from connections.adminbase import (
    BaseDialogForm,
    ChoicesDropdownFilter,
    ReadOnlyAdmin,
    RelatedDropdownFilter,
    action,
    display,
    leave_dialog,
    show_age,
    show_label,
)
from connections.models import Notification, NotificationRefusal, Subscription


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Each says that something changed; what changed was read at bol."""

    list_display = [
        "show_received",
        "resource",
        "event_type",
        "resource_id",
        "show_state",
        "show_happened",
        "connection",
    ]
    list_display_links = ["resource_id"]
    list_filter = [("state", ChoicesDropdownFilter), ("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    search_fields = ["resource_id__exact"]
    search_help_text = _("An id at bol: of an order, a process status, a shipment")
    fields = [
        ("resource", "event_type"),
        "resource_id",
        "connection",
        ("happened_at", "received_at"),
        ("show_state", "handled_at"),
        ("failures", "not_before"),
        "metadata",
    ]
    readonly_fields = ["show_state"]

    @display(description=_("Received"), ordering="id")
    def show_received(self, notification: Notification) -> str:
        return show_age(notification.received_at)

    @display(description=_("Happened at bol"), ordering="happened_at")
    def show_happened(self, notification: Notification) -> str:
        return show_age(notification.happened_at)

    @display(description=_("State"), ordering="state")
    def show_state(self, notification: Notification) -> str:
        state = Notification.State(notification.state)
        return show_label(state.label, Notification.STATE_COLOURS[state])


@admin.register(NotificationRefusal)
class NotificationRefusalAdmin(ReadOnlyAdmin):
    """What was posted to us and was not taken for bol's: only how often is known."""

    list_display = ["connection", "show_reason", "count", "show_first", "show_last"]
    list_display_links = ["show_reason"]
    list_filter = [("connection", RelatedDropdownFilter), ("reason", ChoicesDropdownFilter)]
    list_select_related = ["connection"]

    @display(description=_("Reason"), ordering="reason")
    def show_reason(self, refusal: NotificationRefusal) -> str:
        return refusal.get_reason_display()

    @display(description=_("First"), ordering="first_at")
    def show_first(self, refusal: NotificationRefusal) -> str:
        return show_age(refusal.first_at)

    @display(description=_("Last"), ordering="last_at")
    def show_last(self, refusal: NotificationRefusal) -> str:
        return show_age(refusal.last_at)


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    """The subscriptions at bol, those of other systems too; ours are arranged on the page of the connection."""

    list_display = ["show_names", "show_state", "show_since", "show_host", "show_seen", "connection"]
    list_display_links = ["show_names"]
    list_filter = [("state", ChoicesDropdownFilter), ("connection", RelatedDropdownFilter)]
    list_select_related = ["connection"]
    fieldsets = [
        (
            None,
            {"fields": [("connection", "show_state"), "show_resources", "url", ("is_ours", "is_enabled")]},
        ),
        (_("At bol"), {"fields": ["bol_id", "show_known", "show_seen"]}),
        (_("History"), {"fields": [("created_at", "created_by"), ("since", "changed_at"), "tested_at"]}),
    ]
    readonly_fields = ["show_state", "show_resources", "show_known", "show_seen"]
    actions_detail = ["remove_at_bol"]

    @display(description=_("State"), ordering="state")
    def show_state(self, subscription: Subscription) -> str:
        return show_state(subscription)

    @display(description=_("Since"), ordering="since")
    def show_since(self, subscription: Subscription) -> str:
        return show_age(subscription.since)

    @display(description=_("What about"))
    def show_names(self, subscription: Subscription) -> str:
        return ", ".join(subscription.resources)

    @display(description=_("Posted to"))
    def show_host(self, subscription: Subscription) -> str:
        return urlsplit(subscription.url).hostname or subscription.url

    @display(description=_("What about"))
    def show_resources(self, subscription: Subscription) -> str:
        return ", ".join(name_of(name) for name in subscription.resources)

    @display(description=_("What bol has"))
    def show_known(self, subscription: Subscription) -> str:
        known = subscription.known
        if known is None:
            return str(_("Not known at the moment."))
        switched = _("switched on") if known["enabled"] else _("switched off")
        return f"{', '.join(known['resources'])} → {known['url']} ({switched})"

    @display(description=_("Last seen at bol"), ordering="seen_at")
    def show_seen(self, subscription: Subscription) -> str:
        return show_age(subscription.seen_at)

    def has_remove_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("connections.delete_subscription")

    @action(
        description=_("Remove at bol"),
        permissions=["remove"],
        icon="notifications_off",
        dialog={
            "title": _("Remove this subscription at bol?"),
            "description": _("Whoever made it is told nothing by bol any more."),
            "form_class": None,
            "form_submit_text": _("Remove"),
        },
    )
    def remove_at_bol(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        subscription = get_object_or_404(Subscription, pk=object_id)
        subscriptions.unsubscribe(subscription, by=request.user)
        messages.success(request, _("bol is asked to remove the subscription."))
        return leave_dialog(reverse("admin:connections_subscription_changelist"))
