"""Traffic that is late: flows that did not succeed, messages that wait or have no outcome, requests that are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import flows
from connections.models import Flow, Lane, MessageState, OutboxMessage, RequestLogEntry, Severity
from connections.models.connection import ConnectionStatus
from connections.monitoring.rules import Finding, Rule, register

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
STOCK = (Lane.STOCK_TO_ZERO, Lane.STOCK)
ENDED = (MessageState.SUCCEEDED, MessageState.FAILED)


def find_stale_flows() -> Iterator[Finding]:
    """Find flows of active connections whose last success is older than their bound."""
    for flow in Flow.objects.filter(connection__status=ConnectionStatus.ACTIVE).select_related("connection"):
        if flows.health(flow)[0] == "stale" or _never_ran(flow):
            yield Finding(
                f"{flow.connection_id}:{flow.kind}",
                _stale(flow),
                Severity.NOW if flows.get(flow.kind).is_urgent else Severity.TODAY,
                reverse("admin:connections_connection_change", args=[flow.connection_id]),
                flow.connection_id,
            )


def _never_ran(flow: Flow) -> bool:
    """Whether a flow has had all the time in its bound for a first success, and had none."""
    if flows.health(flow)[0] != "new":
        return False
    since: datetime = flow.connection.created_at
    return timezone.now() - since > flows.get(flow.kind).freshness


def _stale(flow: Flow) -> str:
    last = timesince(flow.last_success_at) if flow.last_success_at else _("ever")
    text = _("%(flow)s of %(connection)s: no success for %(age)s.")
    facts = {"flow": flows.get(flow.kind).label, "connection": flow.connection, "age": last}
    why = (
        _("The last attempt said: “%s”.") % flow.last_error if flow.last_error else _("No attempt was made.")
    )
    return f"{text % facts} {why}"


@dataclass(frozen=True)
class Patience:
    """How long messages may stand in a state before it is urgent, and before it is worth a look."""

    key: str
    title: Any
    condition: Q
    moment: str
    today_after: timedelta
    now_after: timedelta


WAITING = (
    Patience(
        "stock-waiting",
        gettext_lazy("Stock is not sent"),
        Q(state=MessageState.PENDING, lane__in=STOCK),
        "changed_at",
        15 * MINUTE,
        30 * MINUTE,
    ),
    Patience(
        "shipment-waiting",
        gettext_lazy("Parcels are not announced"),
        Q(state=MessageState.PENDING, lane=Lane.SHIPMENTS),
        "created_at",
        15 * MINUTE,
        15 * MINUTE,
    ),
    Patience(
        "shipment-accepted",
        gettext_lazy("Parcels are not confirmed"),
        Q(state=MessageState.ACCEPTED, lane=Lane.SHIPMENTS),
        "accepted_at",
        HOUR,
        4 * HOUR,
    ),
    Patience(
        "anything-waiting",
        gettext_lazy("Changes are not sent"),
        Q(state=MessageState.PENDING, lane__in=(Lane.PRICE, Lane.RETURNS, Lane.DETAILS)),
        "changed_at",
        2 * HOUR,
        24 * HOUR,
    ),
)
UNKNOWN = (
    Patience(
        "shipment-unknown",
        gettext_lazy("Nobody knows whether these parcels were announced"),
        Q(state=MessageState.UNCONFIRMED, lane=Lane.SHIPMENTS),
        "last_sent_at",
        30 * MINUTE,
        30 * MINUTE,
    ),
    Patience(
        "anything-unknown",
        gettext_lazy("Nobody knows whether bol did these"),
        Q(state=MessageState.UNCONFIRMED) & ~Q(lane=Lane.SHIPMENTS),
        "last_sent_at",
        2 * HOUR,
        24 * HOUR,
    ),
)


def find_waiting() -> Iterator[Finding]:
    """Find live connections whose messages wait longer than they should, by what the messages are about."""
    for patience in WAITING:
        yield from _find_late(patience)


def find_unknown() -> Iterator[Finding]:
    """Find messages of which it is not known for long whether bol carried them out."""
    for patience in UNKNOWN:
        yield from _find_late(patience)


def _find_late(patience: Patience) -> Iterator[Finding]:
    now = timezone.now()
    late = OutboxMessage.objects.filter(
        patience.condition,
        connection__status=ConnectionStatus.ACTIVE,
        connection__is_live=True,
        **{f"{patience.moment}__lt": now - patience.today_after},
    )
    counted = (
        late.order_by()
        .values("connection", "connection__name", "state")
        .annotate(count=Count("pk"), oldest=Min(patience.moment))
    )
    for row in counted:
        yield Finding(
            f"{patience.key}:{row['connection']}",
            _late(patience, row),
            Severity.NOW if now - row["oldest"] > patience.now_after else Severity.TODAY,
            f"{_outbox()}?state__exact={row['state']}&connection__id__exact={row['connection']}",
            row["connection"],
        )


def _late(patience: Patience, row: Mapping[str, Any]) -> str:
    text = _("%(what)s: %(count)d of %(connection)s, the oldest for %(age)s.")
    return text % {
        "what": patience.title,
        "count": row["count"],
        "connection": row["connection__name"],
        "age": timesince(row["oldest"]),
    }


def find_failures() -> Iterator[Finding]:
    """Find connections of which bol refuses an unusual share of what is sent."""
    yield from _find_failures(timedelta(minutes=15), at_least=10, share=0.25, severity=Severity.NOW)
    yield from _find_failures(HOUR, at_least=20, share=0.05, severity=Severity.TODAY)


def _find_failures(
    window: timedelta, *, at_least: int, share: float, severity: Severity
) -> Iterator[Finding]:
    ended = OutboxMessage.objects.filter(state__in=ENDED, settled_at__gte=timezone.now() - window)
    counted = (
        ended.order_by()
        .values("connection", "connection__name")
        .annotate(all=Count("pk"), failed=Count("pk", filter=Q(state=MessageState.FAILED)))
        .filter(all__gte=at_least)
    )
    text = _(
        "bol refused %(failed)d of the last %(all)d messages of %(connection)s. Each says why, and what to do."
    )
    for row in counted:
        if row["failed"] > share * row["all"]:
            yield Finding(
                f"{row['connection']}:{severity}",
                text % {"failed": row["failed"], "all": row["all"], "connection": row["connection__name"]},
                severity,
                f"{_outbox()}?state__exact={MessageState.FAILED}&connection__id__exact={row['connection']}",
                row["connection"],
            )


def find_slowed() -> Iterator[Finding]:
    """Find connections that bol slows down, which should not happen: budgets are there to prevent it."""
    yield from _find_slowed(5 * MINUTE, at_least=50, share=0.10, severity=Severity.NOW)
    yield from _find_slowed(15 * MINUTE, at_least=50, share=0.01, severity=Severity.TODAY)


def _find_slowed(window: timedelta, *, at_least: int, share: float, severity: Severity) -> Iterator[Finding]:
    counted = (
        RequestLogEntry.objects.filter(at__gte=timezone.now() - window)
        .order_by()
        .values("connection", "connection__name")
        .annotate(all=Count("pk"), slowed=Count("pk", filter=Q(status=429)))
        .filter(all__gte=at_least)
    )
    text = _(
        "bol answered %(slowed)d of %(all)d requests of %(connection)s with “too many requests” (429). Does another "
        "tool use the same account?"
    )
    for row in counted:
        if row["slowed"] > share * row["all"]:
            yield Finding(
                f"{row['connection']}:{severity}",
                text % {"slowed": row["slowed"], "all": row["all"], "connection": row["connection__name"]},
                severity,
                reverse("admin:connections_requestlogentry_changelist"),
                row["connection"],
            )


def _outbox() -> str:
    return reverse("admin:connections_outboxmessage_changelist")


register(Rule("FlowStale", gettext_lazy("Traffic stands still"), find_stale_flows))
register(Rule("MessageWaiting", gettext_lazy("Messages wait too long"), find_waiting))
register(Rule("OutcomeUnknown", gettext_lazy("Outcome unknown for long"), find_unknown))
register(Rule("FailureRatio", gettext_lazy("bol refuses much"), find_failures))
register(Rule("RateLimited", gettext_lazy("bol slows us down"), find_slowed))
