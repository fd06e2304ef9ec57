"""One token for all workers, fetched by one of them, and never asked for too often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections as databases
from django.utils import timezone

from connections import bol, flows, tokens
from connections.models import AccessToken, Connection
from connections.tokens import SharedToken

pytestmark = pytest.mark.django_db(transaction=True)


def ask_in_a_thread(connection: Connection) -> str:
    try:
        return SharedToken(connection).get()
    finally:
        databases.close_all()


def test_twenty_workers_fetch_one_token(connection, sandbox):
    with ThreadPoolExecutor(20) as workers:
        found = set(workers.map(ask_in_a_thread, [connection] * 20))

    assert len(found) == 1
    assert sandbox.stats()["tokens_issued"] == 1


def test_a_token_is_encrypted_in_the_database(connection):
    value = SharedToken(connection).get()

    with databases["default"].cursor() as cursor:
        cursor.execute("SELECT value FROM connections_accesstoken")
        stored = cursor.fetchone()[0]
    assert value not in stored
    assert AccessToken.objects.get().value == value


def test_a_rejected_token_is_replaced_once_whoever_asks(connection, sandbox):
    old = SharedToken(connection).get()

    first = SharedToken(connection).renew(old)
    second = SharedToken(connection).renew(old)

    assert first == second != old
    assert sandbox.stats()["tokens_issued"] == 2


def test_a_wrong_secret_is_not_tried_again_at_once(make_connection, sandbox):
    sandbox.add_retailer("test-shop", "right")
    connection = make_connection(client_secret="wrong")
    with pytest.raises(bol.InvalidCredentials):
        SharedToken(connection).get()
    before = sandbox.stats()

    with pytest.raises(bol.LoginUnavailable):
        SharedToken(connection).get()

    assert sandbox.stats() == before


def test_while_the_login_is_down_the_old_token_serves_until_its_end(connection, sandbox):
    value = SharedToken(connection).get()
    AccessToken.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    tokens._in_memory.clear()
    sandbox.add_fault({"method": "POST", "path": "/token", "kind": "status", "status": 503, "times": 5})

    assert SharedToken(connection).get() == value


def test_new_credentials_start_from_nothing(connection, sandbox):
    SharedToken(connection).get()

    tokens.forget(connection)

    assert not AccessToken.objects.exists()


def test_a_login_that_is_down_suspends_nobody(connection, sandbox, relay):
    sandbox.add_fault({"method": "POST", "path": "/token", "kind": "status", "status": 503, "times": 1})

    assert flows.attempt(connection, "orders").skipped
    connection.refresh_from_db()
    assert connection.is_active

    AccessToken.objects.update(not_before=timezone.now())
    assert not flows.attempt(connection, "orders").skipped
    assert sandbox.stats()["tokens_issued"] == 1


def test_a_blocked_address_is_asked_for_by_one_and_for_the_others_too(make_connection, sandbox):
    shops = [make_connection(f"Shop {number}", client_id=f"shop-{number}") for number in range(4)]
    sandbox.add_fault({"method": "POST", "path": "/token", "kind": "status", "status": 404, "times": 99})

    for kind in ("orders", "outbox", "returns"):
        for shop in shops:
            flows.attempt(shop, kind)

    assert [request["path"] for request in sandbox.requests()] == ["/token"]
    assert AccessToken.objects.filter(not_before__gt=timezone.now() + timedelta(minutes=4)).count() == 4
    assert Connection.objects.active().count() == 4

    sandbox.clear_faults()
    AccessToken.objects.update(not_before=timezone.now())
    for shop in shops:
        assert not flows.attempt(shop, "orders").skipped


def test_a_malformed_token_is_not_kept_and_the_next_one_is_used(connection, sandbox):
    sandbox.add_fault({"method": "POST", "path": "/token", "kind": "html", "status": 200})
    with pytest.raises(bol.LoginUnavailable):
        SharedToken(connection).get()
    assert AccessToken.objects.get().value == ""

    AccessToken.objects.update(not_before=timezone.now())
    assert SharedToken(connection).get()
