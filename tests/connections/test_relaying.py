"""The relay under the troubles that concern a whole connection; what they mean for offers and parcels is tested there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.db import connection as database
from django.utils import timezone

from connections import (
    bol,
    clients,
    delivering,
    flows,
    hangups,
    operations,
    outbox,
    relaying,
    services,
    tokens,
)
from connections.claiming import claim_next
from connections.delivering import Outcome
from connections.models import Connection, Flow, Lane, MessageState, OutboxMessage, RequestLogEntry
from connections.operations import Call, Operation
from connections.outbox import Note

pytestmark = pytest.mark.django_db(transaction=True)

OFFER_ID = "6ff736b5-cdd0-4150-8c67-78269ee986f5"


class ReadOffers(Operation):
    """A harmless operation: its request is a read, so that only the relay's own behaviour is looked at."""

    name = "TEST_READ"
    label = "Test"
    effect = bol.Effect.ABSOLUTE
    poison = ""
    trouble: Exception = RuntimeError("cannot be handled")

    def prepare(self, messages):
        if messages[0].subject == self.poison:
            raise self.trouble
        return Call((("GET", "/retailer/offers"),), lambda client: client.offers.list())

    def confirm(self, messages, answer):
        if messages[0].subject == f"{self.poison}-answer":
            raise self.trouble


@pytest.fixture
def operation():
    operations.register(ReadOffers)
    yield operations.get(ReadOffers.name)
    del operations._registered[ReadOffers.name]


def enqueue(connection: Connection, *subjects: str) -> None:
    notes = [Note(ReadOffers.name, subject, Lane.DETAILS) for subject in subjects]
    outbox.enqueue_many(connection, notes)


def states() -> dict[str, str]:
    return dict(OutboxMessage.objects.values_list("subject", "state"))


def test_an_expired_token_is_renewed_and_nothing_is_blamed(connection, operation, sandbox):
    tokens.SharedToken(connection).get()
    sandbox.expire_tokens()
    enqueue(connection, "test:1", "test:2", "test:3")

    flows.run_until_complete(connection, "outbox")

    assert set(states().values()) == {MessageState.SUCCEEDED}
    assert OutboxMessage.objects.filter(failures__gt=1).count() == 0
    connection.refresh_from_db()
    assert connection.is_active
    assert sandbox.stats()["tokens_issued"] == 2


def test_a_wrong_secret_suspends_the_connection_and_its_messages_wait(
    make_connection, operation, sandbox, staff
):
    sandbox.add_retailer("test-shop", "right")
    connection = make_connection(client_secret="wrong")
    enqueue(connection, "test:1", "test:2")

    with pytest.raises(bol.InvalidCredentials):
        flows.run(connection, "outbox")

    connection.refresh_from_db()
    assert connection.status == Connection.Status.SUSPENDED
    assert set(states().values()) == {MessageState.PENDING}

    services.enter_credentials(connection, "test-shop", "right", by=staff)
    flows.run_until_complete(connection, "outbox")
    assert set(states().values()) == {MessageState.SUCCEEDED}


def test_an_inactive_account_suspends_the_connection_in_bols_words(connection, operation, sandbox):
    enqueue(connection, "test:1")
    tokens.SharedToken(connection).get()
    sandbox.add_retailer("test-shop", "test-secret", active=False)

    flows.run(connection, "outbox")

    connection.refresh_from_db()
    assert connection.status == Connection.Status.SUSPENDED
    assert "Account is not active" in connection.status_reason
    assert states() == {"test:1": MessageState.PENDING}


def test_a_poisonous_message_stops_no_other(connection, operation):
    operation.poison = "test:2"
    enqueue(connection, "test:1", "test:2", "test:2-answer", "test:3")

    flows.run_until_complete(connection, "outbox")

    assert states() == {
        "test:1": MessageState.SUCCEEDED,
        "test:2": MessageState.FAILED,
        "test:2-answer": MessageState.FAILED,
        "test:3": MessageState.SUCCEEDED,
    }
    poisoned = OutboxMessage.objects.get(subject="test:2")
    assert "RuntimeError" in poisoned.reason
    assert "cannot be handled" not in poisoned.reason


@pytest.mark.parametrize("poison", ["test:1", "test"], ids=["before it is sent", "after it is answered"])
def test_a_database_that_hangs_up_is_no_message_s_fault(connection, operation, settings, poison):
    settings.BOL_LEASE = timedelta(seconds=40)
    operation.poison, operation.trouble = poison, OperationalError("the connection is lost")
    enqueue(connection, "test:1", "test-answer")

    with pytest.raises(OperationalError):
        flows.run(connection, "outbox")
    assert Flow.objects.get(kind="outbox").lease_until is None
    assert MessageState.FAILED not in states().values()

    operation.poison = ""
    OutboxMessage.objects.exclude(lease_until=None).update(lease_until="2020-01-01T00:00:00Z")
    flows.run_until_complete(connection, "outbox")
    assert set(states().values()) == {MessageState.SUCCEEDED}


def test_a_statement_that_cannot_be_carried_out_does_not_pass(db):
    with pytest.raises(DatabaseError) as caught, database.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")

    assert not hangups.passes(caught.value)


@pytest.mark.skipif(database.vendor != "postgresql", reason="SQLite does not hang up")
def test_a_lost_connection_passes(db):
    with pytest.raises(DatabaseError) as caught, database.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    database.close()

    assert hangups.passes(caught.value)


def test_a_read_only_connection_sends_nothing(make_connection, operation, sandbox):
    connection = make_connection(is_live=False)
    enqueue(connection, "test:1")

    report = flows.run(connection, "outbox")

    assert report.skipped == "the connection is read only"
    assert states() == {"test:1": MessageState.PENDING}
    assert sandbox.stats()["total"] == 0


def test_bol_being_away_costs_no_message(connection, operation, sandbox):
    tokens.SharedToken(connection).get()
    sandbox.add_fault(
        {"method": "GET", "path": "/retailer/offers", "kind": "status", "status": 503, "times": 100}
    )
    enqueue(connection, "test:1", "test:2")

    flows.run(connection, "outbox")

    assert set(states().values()) == {MessageState.PENDING}
    assert OutboxMessage.objects.filter(not_before__gt=timezone.now()).count() == 2


def test_a_rate_limit_is_not_a_failure(connection, operation, sandbox):
    sandbox.add_fault(
        {"method": "GET", "path": "/retailer/offers", "kind": "status", "status": 429, "retry_after": 120}
    )
    enqueue(connection, "test:1")

    flows.run(connection, "outbox")

    message = OutboxMessage.objects.get()
    assert (message.state, message.failures) == (MessageState.PENDING, 0)
    assert message.not_before > timezone.now() + timedelta(seconds=100)


def test_a_late_result_of_a_lost_claim_changes_nothing(connection, operation):
    enqueue(connection, "test:1")
    parcel = claim_next(connection, 1)[0]
    OutboxMessage.objects.update(claim=uuid.uuid4())

    delivering.deliver(parcel, Outcome(answer=[]))

    assert states() == {"test:1": MessageState.SENDING}


def test_every_request_is_logged_without_secrets(connection, operation):
    enqueue(connection, "test:1")

    flows.run_until_complete(connection, "outbox")

    entry = RequestLogEntry.objects.get()
    assert (entry.method, entry.path.partition("?")[0], entry.status) == ("GET", "/retailer/offers", 200)
    assert entry.message == OutboxMessage.objects.get()


def test_a_message_of_an_unknown_operation_fails_visibly(connection):
    outbox.enqueue(connection, Note("FROM_THE_FUTURE", "test:1", Lane.DETAILS))

    flows.run_until_complete(connection, "outbox")

    assert states() == {"test:1": MessageState.FAILED}


def test_a_version_that_bol_ended_is_refused_once_per_message_and_said(connection, operation, sandbox):
    sandbox.add_fault(
        {"path": "/retailer/*", "kind": "status", "status": 410, "times": 99, "body": {"title": "Gone"}}
    )
    enqueue(connection, "test:1", "test:2")

    flows.run_until_complete(connection, "outbox")
    flows.run_until_complete(connection, "outbox")
    with pytest.raises(bol.Unsupported):
        flows.run(connection, "orders")

    assert set(states().values()) == {MessageState.FAILED}
    assert all("410" in reason for reason in OutboxMessage.objects.values_list("reason", flat=True))
    assert "410" in Flow.objects.get(kind="orders").last_error
    assert len(asked(sandbox)) == 3


def test_a_database_that_takes_nothing_lets_nothing_be_sent(connection, operation, sandbox):
    tokens.SharedToken(connection).get()
    enqueue(connection, "test:1")

    with read_only_database(), pytest.raises(DatabaseError):
        flows.run(connection, "outbox")

    assert asked(sandbox) == []
    flows.run_until_complete(connection, "outbox")
    assert states() == {"test:1": MessageState.SUCCEEDED}


def test_after_trouble_with_the_database_the_next_run_goes_on(connection, operation, sandbox, monkeypatch):
    enqueue(connection, "test:1", "test:2")
    claims = iter([OperationalError("deadlock detected")])

    def claim(*arguments, **named):
        for error in claims:
            raise error
        return claim_next(*arguments, **named)

    monkeypatch.setattr(relaying, "claim_next", claim)
    with pytest.raises(OperationalError):
        flows.run(connection, "outbox")
    assert asked(sandbox) == []

    flows.run_until_complete(connection, "outbox")

    assert set(states().values()) == {MessageState.SUCCEEDED}
    assert len(asked(sandbox)) == 2


@pytest.mark.parametrize("kind", ["outbox", "orders"])
def test_nothing_is_asked_of_bol_inside_a_transaction(connection, operation, sandbox, kind):
    enqueue(connection, "test:1")

    with pytest.raises(clients.HttpInTransaction), transaction.atomic():
        flows.run(connection, kind)

    assert asked(sandbox) == []


def asked(sandbox) -> list[str]:
    """What bol was asked, but for tokens."""
    paths = [str(request["path"]) for request in sandbox.requests()]
    return [path for path in paths if path.startswith("/retailer")]


@contextmanager
def read_only_database() -> Iterator[None]:
    """Let the database refuse to write, as a full disk makes it."""
    refuse, allow = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    }[database.vendor]
    with database.cursor() as cursor:
        cursor.execute(refuse)
    try:
        yield
    finally:
        with database.cursor() as cursor:
            cursor.execute(allow)
