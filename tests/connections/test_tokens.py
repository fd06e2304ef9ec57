"""One token for all workers, fetched by one of them, and never asked for too often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections as databases
from django.utils import timezone

from connections import bol, tokens
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
