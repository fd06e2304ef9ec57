"""The addresses for machines: alive, ready, healthy, and figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from connections.models import Alert, Connection, Flow, Lane, OutboxMessage

pytestmark = pytest.mark.django_db

TOKEN = {"HTTP_AUTHORIZATION": "Bearer let-me-in"}


@pytest.fixture
def with_token(settings) -> None:
    settings.MONITORING_TOKEN = "let-me-in"


def test_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/livez").content == b"alive"


def test_ready_once_the_database_has_its_shape(client):
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/metrics"])
def test_figures_are_for_who_brings_the_token(client, settings, address):
    assert client.get(address, **TOKEN).status_code == 404
    settings.MONITORING_TOKEN = "let-me-in"
    assert client.get(address).status_code == 401
    assert client.get(address, HTTP_AUTHORIZATION="Bearer something").status_code == 401
    assert client.get(address, **TOKEN).status_code == 200
    assert client.post(address, **TOKEN).status_code == 405


def test_urgent_trouble_is_unhealthy(client, with_token):
    alert = Alert.objects.create(
        rule="FlowStale", key="1", severity=Alert.Severity.TODAY, text="Orders are late."
    )
    assert client.get("/healthz", **TOKEN).json()["healthy"]

    Alert.objects.filter(pk=alert.pk).update(severity=Alert.Severity.NOW)
    answer = client.get("/healthz", **TOKEN)

    assert answer.status_code == 503
    assert [row["text"] for row in answer.json()["alerts"]] == ["Orders are late."]


def test_figures_are_what_is_in_the_tables(client, with_token):
    shop = Connection.objects.create(name="Test shop", client_id="id", is_live=True)
    Flow.objects.create(
        connection=shop, kind="orders", last_success_at=timezone.now() - timedelta(hours=1), failures=4
    )
    OutboxMessage.objects.create(
        connection=shop, operation="TEST", subject="offer:1", lane=Lane.STOCK, waiting_key="x"
    )

    text = client.get("/metrics", **TOKEN).content.decode()

    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["bol_connections", "active", "true", "v11"] == 1
    assert samples["bol_flow_failures", "Test shop", "orders"] == 4
    assert samples["bol_flow_stale", "Test shop", "orders"] == 1
    assert samples["bol_flow_age_seconds", "Test shop", "orders"] >= 3600
    assert samples["bol_outbox_messages", "30", "Test shop", "pending"] == 1
