"""Addresses for machines that look after this one: alive, ready, healthy, and figures for Prometheus.

`/livez` and `/readyz` are for everybody and tell nothing else; `/healthz` and `/metrics` want the token MONITORING_TOKEN,
as `Authorization: Bearer …`, and are not there without one.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from connections.models import Alert, Heartbeat
from connections.monitoring.measuring import measure
from connections.monitoring.rules import title_of
from connections.monitoring.watching import WATCHER
from connections.schedules import WORKER

View = Callable[[HttpRequest], HttpResponse]


def with_token(view: View) -> View:
    """Show a page only to who brings the token; without a token in the settings it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        expected = settings.MONITORING_TOKEN
        if not expected:
            raise Http404
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        return view(request)

    return guarded


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that this process lives; nothing else is looked at, for a restart would mend nothing else."""
    return HttpResponse("alive", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 where the database can be reached and has the shape this release needs, else 503."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("The database cannot be reached.", status=503, content_type="text/plain")
    if waiting:
        return HttpResponse("The database waits for migrations.", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")


@require_safe
@never_cache
@with_token
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 where nothing urgent is wrong, else 503, with the open alerts and who was seen alive."""
    found = list(Alert.objects.open().order_by("severity", "opened_at"))
    urgent = any(alert.severity == Alert.Severity.NOW for alert in found)
    body = {
        "healthy": not urgent,
        "alerts": [_as_dict(alert) for alert in found],
        "seen_alive": {name: _age(name) for name in (WATCHER, WORKER)},
    }
    return JsonResponse(body, status=503 if urgent else 200)


@require_safe
@never_cache
@with_token
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer every figure in the form that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """Reads the figures from our tables when Prometheus asks, so that no process has to keep any."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in measure():
            family = families.get(figure.name)
            if family is None:
                family = GaugeMetricFamily(figure.name, figure.help, labels=list(figure.labels))
                families[figure.name] = family
            family.add_metric(list(figure.labels.values()), figure.value)
        yield from families.values()


def _as_dict(alert: Alert) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "title": title_of(alert.rule),
        "text": alert.text,
        "urgent": alert.severity == Alert.Severity.NOW,
        "opened_at": alert.opened_at.isoformat(),
    }


def _age(name: str) -> float | None:
    age = Heartbeat.age_of(name)
    return age.total_seconds() if age is not None else None
