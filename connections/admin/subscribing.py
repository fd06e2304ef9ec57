"""Notifications on the page of a connection: how bol's posting is doing, and the switches to arrange it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from connections import inbox, subscriptions
from connections.adminbase import (
    BaseDialogForm,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldBooleanSwitchWidget,
    action,
    display,
    leave_dialog,
    show_age,
    show_label,
)
from connections.models import Connection, Notification, Subscription

RESOURCES = {
    "PROCESS_STATUS": _("How commands ended"),
    "ORDER": _("New orders, and wishes to cancel"),
    "SHIPMENT": _("Where parcels are"),
    "OFFER_FOR_SALE": _("Offers that bol begins to sell"),
    "OFFER_NOT_FOR_SALE": _("Offers that bol stops selling"),
    "TEST": _("Tests"),
}


ADVICE = {
    Subscription.State.ASKED: _("A connection that is read only says nothing to bol until it is live."),
    Subscription.State.DISABLED: _(
        "bol could not deliver for about ten minutes and switched it off. It is switched on again by itself, and what "
        "was missed is asked for."
    ),
    Subscription.State.MISSING: _(
        "Somebody removed it at bol. If that was not meant, choose “Change” under “Notifications” to subscribe again; "
        "what was missed is asked for."
    ),
    Subscription.State.REFUSED: _(
        "The outbox has bol's words. Correct what they name, then choose “Change” under “Notifications”."
    ),
}


def name_of(resource: str) -> str:
    """Return a resource in words, with bol's own name for it."""
    words = str(RESOURCES.get(resource, ""))
    return f"{words} ({resource})" if words else resource


def show_state(subscription: Subscription) -> SafeString:
    """Return how a subscription stands as a label."""
    state = Subscription.State(subscription.state)
    return show_label(state.label, Subscription.STATE_COLOURS[state])


class SubscribeForm(BaseDialogForm):
    """What bol is to post; its address has to be one to which bol posts."""

    resources = forms.MultipleChoiceField(
        label=_("bol posts"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Everything is polled as well, so that nothing depends on what bol posts."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = get_object_or_404(Connection, pk=self.object_id)
        self.subscription = Subscription.objects.ours().filter(connection=self.connection).first()
        chosen = self.subscription.resources if self.subscription else subscriptions.choices()
        offered = list(dict.fromkeys([*subscriptions.choices(), *chosen]))
        field: Any = self.fields["resources"]
        field.choices = [(name, _named(name)) for name in offered]
        field.initial = chosen

    def clean(self) -> dict[str, Any]:
        try:
            subscriptions.check_address(self.connection)
        except ValidationError as error:
            # A dialog shows what is wrong with its fields and nothing else.
            self.add_error("resources", error)
        return super().clean() or {}


class ChangeSubscriptionForm(SubscribeForm):
    """What bol is to post, and whether it is to post at all."""

    is_enabled = forms.BooleanField(label=_("Switched on"), required=False, widget=UnfoldBooleanSwitchWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_enabled"].initial = self.subscription.is_enabled if self.subscription else True


def _named(resource: str) -> str:
    text = name_of(resource)
    return text if inbox.is_handled(resource) else f"{text}; {_('kept to look at')}"


class SubscriptionSwitches:
    """The part of a connection's page that is about notifications."""

    has_change_permission: Any  # of the admin that this is a part of
    subscription_actions = ["subscribe", "change_subscription", "test_subscription", "unsubscribe"]

    @display(description=_("Notifications from bol"))
    def show_notifications(self, connection: Connection) -> SafeString:
        rows = list(Subscription.objects.filter(connection=connection))
        ours = next((row for row in rows if row.is_ours), None)
        last = Notification.objects.filter(connection=connection).order_by("-received_at").first()
        context = {
            "last": show_age(last.received_at if last else None),
            "has_any": last is not None,
            "list": f"{reverse('admin:connections_notification_changelist')}?connection__id__exact={connection.pk}",
            "elsewhere": [row for row in rows if not row.is_ours],
            "refusals": [
                (refusal.get_reason_display(), refusal.count, show_age(refusal.last_at))
                for refusal in connection.notification_refusals.all()
            ],
            **(_about(ours) if ours else {}),
        }
        page = render_to_string("admin/connections/connection/notifications.html", context)
        return mark_safe(page)  # noqa: S308 - a template's output

    # Which switch makes sense -----------------------------------------------------------------------

    def has_subscribe_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(self.has_change_permission(request)) and not _has_subscription(object_id)

    def has_subscribed_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(self.has_change_permission(request)) and _has_subscription(object_id)

    # Switches: dialogs, so that each is a POST ------------------------------------------------------

    @action(
        description=_("Subscribe"),
        permissions=["subscribe"],
        icon="notifications_active",
        dialog={
            "title": _("Have bol post what happens?"),
            "description": _(
                "bol then posts at once what is otherwise found by asking every minute. It posts to an https address "
                "only: the one of this back office, which must be reached from outside."
            ),
            "form_class": SubscribeForm,
            "form_submit_text": _("Subscribe"),
        },
    )
    def subscribe(self, request: HttpRequest, form: SubscribeForm, object_id: str) -> HttpResponse:
        subscriptions.subscribe(form.connection, form.cleaned_data["resources"], by=request.user)
        return _done(
            request, form.connection, _("bol is asked to post. It says in a moment whether it does.")
        )

    @action(
        description=_("Change"),
        permissions=["subscribed"],
        icon="edit_notifications",
        dialog={
            "title": _("Change what bol posts?"),
            "description": _("bol follows within a quarter of an hour."),
            "form_class": ChangeSubscriptionForm,
            "form_submit_text": _("Change"),
        },
    )
    def change_subscription(
        self, request: HttpRequest, form: ChangeSubscriptionForm, object_id: str
    ) -> HttpResponse:
        wanted = form.cleaned_data
        if form.subscription:
            subscriptions.change(
                form.subscription, wanted["resources"], is_enabled=wanted["is_enabled"], by=request.user
            )
        return _done(request, form.connection, _("bol is asked to post this from now on."))

    @action(
        description=_("Test"),
        permissions=["subscribed"],
        icon="science",
        dialog={
            "title": _("Ask bol for a test?"),
            "description": _("bol posts a notification about nothing. When it arrives, everything works."),
            "form_class": None,
            "form_submit_text": _("Test"),
        },
    )
    def test_subscription(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        subscription = get_object_or_404(Subscription.objects.ours(), connection__pk=object_id)
        subscriptions.send_test(subscription, by=request.user)
        return _done(
            request, subscription.connection, _("bol is asked for a test. Look here again in a minute.")
        )

    @action(
        description=_("Stop"),
        permissions=["subscribed"],
        icon="notifications_off",
        dialog={
            "title": _("Remove the subscription at bol?"),
            "description": _("bol posts nothing any more. Everything is still found by asking bol."),
            "form_class": None,
            "form_submit_text": _("Remove"),
        },
    )
    def unsubscribe(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        subscription = get_object_or_404(Subscription.objects.ours(), connection__pk=object_id)
        subscriptions.unsubscribe(subscription, by=request.user)
        return _done(request, subscription.connection, _("bol is asked to remove the subscription."))


def _about(ours: Subscription) -> dict[str, Any]:
    return {
        "ours": ours,
        "state": show_state(ours),
        "since": show_age(ours.since),
        "tested": show_age(ours.tested_at),
        "resources": [name_of(name) for name in ours.resources],
        "advice": ADVICE.get(Subscription.State(ours.state), ""),
        "differs": bool(ours.known and not ours.is_as_wanted),
        "address_differs": ours.url != subscriptions.address_of(ours.connection),
    }


def _has_subscription(object_id: str | None) -> bool:
    return Subscription.objects.ours().filter(connection__pk=object_id or 0).exists()


def _done(request: HttpRequest, connection: Connection, text: Any) -> HttpResponse:
    messages.success(request, text)
    return leave_dialog(reverse("admin:connections_connection_change", args=[connection.pk]))
