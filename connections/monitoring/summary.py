"""The daily summary: it says how yesterday went, and by arriving at all that alerts would arrive as well."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from connections import flows
from connections.models import Alert, Connection, Flow, MessageState, OutboxMessage, RequestLogEntry
from connections.monitoring import telling

TOLD_AT = time(9)


def prepare() -> None:
    """Write today's summary once it is nine o'clock in Amsterdam; of many calls the first does."""
    now = timezone.localtime()
    if now.time() >= TOLD_AT:
        telling.announce(_title(now), _text(now), once=f"summary:{now.date().isoformat()}")


def _title(now: datetime) -> str:
    count = Alert.objects.open().count()
    day = date_format(now.date(), "j F")
    if not count:
        return _("%(day)s: all is well") % {"day": day}
    return _("%(day)s: %(count)d open alerts") % {"day": day, "count": count}


def _text(now: datetime) -> str:
    since = now - timedelta(days=1)
    ended = OutboxMessage.objects.filter(settled_at__gte=since).aggregate(
        done=Count("pk", filter=Q(state=MessageState.SUCCEEDED)),
        refused=Count("pk", filter=Q(state=MessageState.FAILED)),
    )
    requests = RequestLogEntry.objects.filter(at__gte=since).aggregate(
        all=Count("pk"), slowed=Count("pk", filter=Q(status=429))
    )
    connections = Connection.objects.aggregate(
        all=Count("pk"), active=Count("pk", filter=Q(status=Connection.Status.ACTIVE))
    )
    lines = [
        _("%(active)d of %(all)d connections are active.") % connections,
        _("%d kinds of traffic stand still.") % _stale(),
        _("In the last 24 hours bol did %(done)d of our messages and refused %(refused)d.") % ended,
        _("%(all)d requests, %(slowed)d of them “too many” (429).") % requests,
        _("%d messages wait.") % OutboxMessage.objects.waiting().count(),
    ]
    return "\n".join(lines + [f"• {alert.text}" for alert in Alert.objects.open()[:10]])


def _stale() -> int:
    found = Flow.objects.filter(connection__status=Connection.Status.ACTIVE).select_related("connection")
    return sum(flows.health(flow)[0] == "stale" for flow in found)
