"""Connections that stopped, and bol itself when it is out of order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connections.models import Connection, OffersApi, RequestLogEntry, Severity
from connections.models.connection import ConnectionStatus
from connections.monitoring.activity import Deviation, active_by_dialect, deviations, names
from connections.monitoring.rules import Finding, Rule, register

STOPPED_FOR = timedelta(minutes=5)
OUTAGE_WINDOW = timedelta(minutes=5)
OUTAGE_REQUESTS = 5
OUTAGE_SHARE = 0.5


def find_dropped() -> Iterator[Finding]:
    """Find connections that stopped without a person or bol having stopped them, by kind."""
    by_kind: dict[str, list[Deviation]] = defaultdict(list)
    for deviation in deviations():
        if deviation.is_a_stop:
            by_kind[deviation.expected.offers_api].append(deviation)
    for kind, found in by_kind.items():
        yield Finding(kind, _dropped(kind, found), Severity.NOW, _connections())


def _dropped(kind: str, found: list[Deviation]) -> str:
    text = ngettext(
        "%(count)d connection of the kind %(kind)s stopped, and nobody stopped it: %(names)s. %(left)d of that kind "
        "work. Look at the last release or change to the database, and resume it.",
        "%(count)d connections of the kind %(kind)s stopped, and nobody stopped them: %(names)s. %(left)d of that kind "
        "work. Look at the last release or change to the database, and resume them.",
        len(found),
    )
    facts = {
        "count": len(found),
        "kind": dict(OffersApi.choices).get(kind, kind),
        "names": names(found),
        "left": active_by_dialect().get(kind, 0),
    }
    return text % facts


def find_refused() -> Iterator[Finding]:
    """Find connections that bol refused, and that stand still until somebody enters what is right."""
    before = timezone.now() - STOPPED_FOR
    for connection in Connection.objects.filter(
        status=ConnectionStatus.SUSPENDED, status_changed_at__lt=before
    ):
        yield Finding(
            str(connection.pk),
            _("%(connection)s stands still. %(reason)s")
            % {"connection": connection, "reason": connection.status_reason},
            Severity.NOW,
            reverse("admin:connections_connection_change", args=[connection.pk]),
            connection.pk,
        )


def find_outage() -> Iterator[Finding]:
    """Find bol out of order: at least half of the connections have at least half of their requests fail."""
    failed = Q(status=None) | Q(status__gte=500)
    recent = RequestLogEntry.objects.filter(
        at__gte=timezone.now() - OUTAGE_WINDOW, connection__status=ConnectionStatus.ACTIVE
    )
    counted = list(
        recent.order_by()
        .values("connection")
        .annotate(all=Count("pk"), failed=Count("pk", filter=failed))
        .filter(all__gte=OUTAGE_REQUESTS)
    )
    broken = [row for row in counted if row["failed"] >= OUTAGE_SHARE * row["all"]]
    if broken and len(broken) >= OUTAGE_SHARE * len(counted):
        text = _(
            "bol does not answer as it should: %(broken)d of %(all)d connections have at least half of their requests "
            "fail. Nothing is lost and nothing has to be done; it goes on by itself when bol is back."
        )
        facts = {"broken": len(broken), "all": len(counted)}
        yield Finding(
            "bol", text % facts, Severity.NOW, reverse("admin:connections_requestlogentry_changelist")
        )


def _connections() -> str:
    return reverse("admin:connections_connection_changelist")


register(Rule("ActiveConnectionsDropped", gettext_lazy("Connections stopped by nobody"), find_dropped))
register(Rule("ConnectionRefused", gettext_lazy("Connection refused by bol"), find_refused))
register(
    Rule(
        "BolOutage",
        gettext_lazy("bol is out of order"),
        find_outage,
        explains=frozenset({"FlowStale", "MessageWaiting", "OutcomeUnknown", "FailureRatio"}),
    )
)
