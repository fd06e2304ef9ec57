"""Notifications that bol does not post any more, or that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.models import NotificationRefusal, Severity, Subscription
from connections.models.inbox import RefusalReason
from connections.models.subscription import SubscriptionState
from connections.monitoring.rules import Finding, Rule, register

# What bol switched off is switched on again within minutes: only what stays off needs somebody.
TROUBLE_FOR = timedelta(minutes=30)
LATELY = timedelta(hours=24)


def find_stopped() -> Iterator[Finding]:
    """Find subscriptions that a person made and through which bol posts nothing."""
    before = timezone.now() - TROUBLE_FOR
    for row in Subscription.objects.in_trouble().filter(since__lt=before).select_related("connection"):
        yield Finding(
            str(row.connection_id),
            _stopped(row),
            Severity.TODAY,
            reverse("admin:connections_connection_change", args=[row.connection_id]),
            row.connection_id,
        )


def _stopped(row: Subscription) -> str:
    what = {
        SubscriptionState.DISABLED: _(
            "bol switched the notifications of %(connection)s off, and they stay off."
        ),
        SubscriptionState.MISSING: _("The subscription of %(connection)s is not at bol any more."),
        SubscriptionState.REFUSED: _("bol refused the subscription of %(connection)s."),
    }[SubscriptionState(row.state)]
    then = _(
        "Everything is asked for meanwhile, so nothing is missed. The page of the connection says what to do."
    )
    return f"{what % {'connection': row.connection}} {then}"


def find_not_understood() -> Iterator[Finding]:
    """Find notifications that bol signed, and whose form nobody here knows."""
    lately = NotificationRefusal.objects.filter(
        reason=RefusalReason.NOT_UNDERSTOOD, last_at__gt=timezone.now() - LATELY
    )
    for refusal in lately.select_related("connection"):
        text = _(
            "bol posts notifications to %(connection)s that nobody here understands (%(count)d so far). Everything is "
            "asked for meanwhile. Update the back office."
        )
        yield Finding(
            str(refusal.connection_id),
            text % {"connection": refusal.connection, "count": refusal.count},
            Severity.TODAY,
            reverse("admin:connections_notificationrefusal_changelist"),
            refusal.connection_id,
        )


register(Rule("SubscriptionStopped", gettext_lazy("bol posts nothing"), find_stopped))
register(
    Rule("NotificationsUnreadable", gettext_lazy("Notifications nobody understands"), find_not_understood)
)
