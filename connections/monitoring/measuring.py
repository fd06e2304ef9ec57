"""The figures behind the alerts, from our own tables: for /metrics, /healthz and the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from connections import flows
from connections.models import (
    Alert,
    Connection,
    Flow,
    Heartbeat,
    MessageState,
    OutboxMessage,
    RateBudget,
    RequestLogEntry,
    Severity,
)

REQUESTS_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Figure:
    """One number with its labels; `name` and `help` as Prometheus shows them."""

    name: str
    help: str
    labels: dict[str, str]
    value: float


def measure() -> Iterator[Figure]:
    """Return every figure as it is now; a handful of queries, whatever the number of rows."""
    yield from _connections()
    yield from _flows()
    yield from _outbox()
    yield from _requests()
    yield from _budgets()
    yield from _alerts()


def _connections() -> Iterator[Figure]:
    counted = (
        Connection.objects.order_by().values("offers_api", "status", "is_live").annotate(count=Count("pk"))
    )
    for row in counted:
        labels = {"kind": row["offers_api"], "status": row["status"], "live": str(row["is_live"]).lower()}
        yield Figure("bol_connections", "Connections by kind and status.", labels, row["count"])


def _flows() -> Iterator[Figure]:
    for flow in Flow.objects.select_related("connection").filter(connection__in=Connection.objects.active()):
        labels = {"connection": flow.connection.name, "flow": flow.kind}
        age = flow.age()
        if age is not None:
            help_text = "Seconds since the last success."
            yield Figure("bol_flow_age_seconds", help_text, labels, age.total_seconds())
        stale = float(flows.health(flow)[0] == "stale")
        yield Figure("bol_flow_stale", "1 where the last success is too old.", labels, stale)
        yield Figure("bol_flow_failures", "Failures in a row.", labels, flow.failures)


def _outbox() -> Iterator[Figure]:
    counted = (
        OutboxMessage.objects.open()
        .order_by()
        .values("connection__name", "lane", "state")
        .annotate(count=Count("pk"), oldest=Min("changed_at"))
    )
    for row in counted:
        labels = {"connection": row["connection__name"], "lane": str(row["lane"]), "state": row["state"]}
        yield Figure("bol_outbox_messages", "Messages that have not come to an end.", labels, row["count"])
        help_text = "Age of the oldest of them."
        yield Figure("bol_outbox_oldest_seconds", help_text, labels, _seconds_since(row["oldest"]))
    failed = OutboxMessage.objects.filter(state=MessageState.FAILED).count()
    yield Figure("bol_outbox_refused", "Messages that bol refused and that need a person.", {}, failed)


def _requests() -> Iterator[Figure]:
    recent = RequestLogEntry.objects.filter(at__gte=timezone.now() - REQUESTS_WINDOW).order_by()
    counted = recent.values("connection__name").annotate(
        all=Count("pk"),
        slowed=Count("pk", filter=Q(status=429)),
        failed=Count("pk", filter=Q(status=None) | Q(status__gte=500)),
    )
    for row in counted:
        labels = {"connection": row["connection__name"]}
        yield Figure("bol_requests_15m", "Requests in the last 15 minutes.", labels, row["all"])
        yield Figure("bol_requests_429_15m", "Of these, slowed down by bol.", labels, row["slowed"])
        yield Figure("bol_requests_failed_15m", "Of these, unanswered or 5xx.", labels, row["failed"])


def _budgets() -> Iterator[Figure]:
    for budget in RateBudget.objects.select_related("connection"):
        labels = {"connection": budget.connection.name, "endpoint": budget.key}
        yield Figure("bol_budget_used", "Share of the rate budget in use.", labels, share_used(budget))


def share_used(budget: RateBudget) -> float:
    """Return which part of its window is taken by requests that were let through, between 0 and 1."""
    ahead = budget.next_slot - timezone.now().timestamp()
    return min(max(ahead / budget.interval, 0.0), 1.0)


def _alerts() -> Iterator[Figure]:
    counted = dict(Alert.objects.open().order_by().values_list("severity").annotate(count=Count("pk")))
    for severity in Severity:
        labels = {"severity": severity.name.lower()}
        yield Figure("bol_alerts_open", "Open alerts.", labels, counted.get(severity.value, 0))
    for heartbeat in Heartbeat.objects.all():
        labels = {"who": heartbeat.name}
        yield Figure(
            "bol_heartbeat_age_seconds", "Seconds since seen alive.", labels, _seconds_since(heartbeat.at)
        )


def _seconds_since(moment: datetime) -> float:
    return (timezone.now() - moment).total_seconds()
