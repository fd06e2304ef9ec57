"""One run at a time, remembered by when it last succeeded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from connections import bol, doorbell, flows, services
from connections.clients import client_for
from connections.flows import FlowKind, Report
from connections.models import Connection, Flow
from connections.tasks import ring_due_flows, run_flow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kind():
    """A flow of our own, whose run can be set."""
    runs: list[Connection] = []

    def run(connection: Connection, flow: Flow) -> Report:
        runs.append(connection)
        return behaviour["run"](connection, flow)

    behaviour = {"run": lambda connection, flow: Report({"seen": 1})}
    flows.register(FlowKind("test", "Test", run, timedelta(minutes=1), timedelta(minutes=15)))
    yield type("Kind", (), {"runs": runs, "behaviour": behaviour})
    del flows._registered["test"]


def test_a_run_leaves_its_success(connection, kind):
    report = flows.run(connection, "test")

    flow = Flow.objects.get(kind="test")
    assert report.counts == {"seen": 1}
    assert flow.last_success_at is not None
    assert flow.next_run_at > timezone.now()
    assert flow.lease_until is None


def test_what_somebody_runs_is_not_run_beside_it(connection, kind):
    Flow.objects.create(connection=connection, kind="test", lease_until=timezone.now() + timedelta(minutes=1))

    assert flows.run(connection, "test").skipped
    assert kind.runs == []


def test_the_lease_of_a_dead_worker_ends(connection, kind):
    Flow.objects.create(connection=connection, kind="test", lease_until=timezone.now() - timedelta(seconds=1))

    flows.run(connection, "test")

    assert kind.runs == [connection]


def test_a_failure_is_counted_and_tried_again_later(connection, kind):
    def fail(connection, flow):
        raise bol.NotSent("no route to bol")

    kind.behaviour["run"] = fail
    with pytest.raises(bol.NotSent):
        flows.run(connection, "test")

    flow = Flow.objects.get(kind="test")
    assert (flow.failures, flow.lease_until) == (1, None)
    assert "no route to bol" in flow.last_error
    assert flow.next_run_at > timezone.now()


def test_a_bell_that_rings_is_not_rung_twice(connection, kind):
    assert doorbell.ring(connection.pk, "test")
    assert not doorbell.ring(connection.pk, "test")

    assert OrmQ.objects.count() == 1


def test_a_ring_during_a_run_is_answered_by_another_run(connection, kind):
    kind.behaviour["run"] = lambda connection, flow: Report(
        {"rang": int(doorbell.ring(connection.pk, "test"))}
    )

    flows.run(connection, "test")

    assert OrmQ.objects.count() == 2


def test_the_clock_wakes_what_is_due_and_nothing_else(connection, kind):
    flows.open_for(connection)
    Flow.objects.exclude(kind="test").update(next_run_at=timezone.now() + timedelta(hours=1))

    assert ring_due_flows() == 1


def test_a_paused_connection_stands_still(connection, kind, staff):
    services.pause(connection, "stocktaking", by=staff)

    assert flows.run(connection, "test").skipped == "the connection is paused"
    assert ring_due_flows() == 0


def test_wrong_credentials_suspend_the_connection_in_bols_words(make_connection, kind, sandbox):
    sandbox.add_retailer("test-shop", "right")
    connection = make_connection(client_secret="wrong")

    def read(connection, flow):
        with client_for(connection) as client:
            client.orders.list()

    kind.behaviour["run"] = read
    with pytest.raises(bol.InvalidCredentials):
        flows.run(connection, "test")

    connection.refresh_from_db()
    assert connection.status == Connection.Status.SUSPENDED
    assert "Bad client credentials" in connection.status_reason
    assert "Enter the right secret" in connection.status_reason


def test_after_correction_everything_runs_again(make_connection, kind, sandbox, staff):
    sandbox.add_retailer("test-shop", "right")
    connection = make_connection(client_secret="wrong")
    connection.suspend("refused")

    services.enter_credentials(connection, "test-shop", "right", by=staff)

    connection.refresh_from_db()
    assert connection.is_active
    assert OrmQ.objects.count() == len(flows.kinds())
    flows.run(connection, "test")
    assert kind.runs == [connection]


def test_trouble_with_bol_is_noted_and_no_failure_of_the_worker(connection, kind):
    def fail(connection, flow):
        raise bol.NotSent("no route to bol")

    kind.behaviour["run"] = fail

    run_flow(connection.pk, "test")

    assert "no route to bol" in Flow.objects.get(kind="test").last_error


def test_a_ring_during_a_run_that_fails_does_not_silence_the_flow(connection, kind):
    def ring_and_fail(connection, flow):
        doorbell.ring(connection.pk, "test")
        raise bol.NotSent("no route to bol")

    kind.behaviour["run"] = ring_and_fail
    run_flow(connection.pk, "test")

    assert doorbell.ring(connection.pk, "test")


def test_a_pause_by_a_person_outlives_a_refusal_by_bol(connection, staff):
    at_work = Connection.objects.get(pk=connection.pk)
    services.pause(connection, "stocktaking", by=staff)

    at_work.suspend("refused")

    connection.refresh_from_db()
    assert (connection.status, connection.status_reason) == (Connection.Status.PAUSED, "stocktaking")


def test_a_refusal_of_the_old_secret_does_not_stop_the_new_one(connection, staff):
    at_work = Connection.objects.get(pk=connection.pk)
    services.enter_credentials(connection, "test-shop", "another-secret", by=staff)

    at_work.suspend("refused")

    connection.refresh_from_db()
    assert connection.is_active
