"""The cast of the tests: a local bol.com, a merchant's connection to it, and a worker to call on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.db import transaction
from django.test import TransactionTestCase
from pytest_django import Settings

from connections import clients, confirming, flows, relaying, schedules, subscriptions, throttling, tokens
from connections.bol.sandbox import Sandbox, serve
from connections.models import Connection, OutboxMessage, Subscription

CLIENT_ID = "test-shop"
CLIENT_SECRET = "test-secret"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long tests begin first: the processes that run the others are then busy to the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def _empty_fast() -> Iterator[None]:
    """Empty the tables after a test with DELETE: TRUNCATE costs PostgreSQL half a second, whatever is in them.

    What every installation has after its migrations (kinds of rows, permissions) stays; the timetable is made anew.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: _empty_tables())
        yield


def _empty_tables() -> None:
    kept = {"django_migrations", "django_content_type", "auth_permission"}
    tables = [
        table for table in database.introspection.django_table_names(only_existing=True) if table not in kept
    ]
    with transaction.atomic(), database.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {database.ops.quote_name(table)}")  # noqa: S608 - our own names
    schedules.install()


@dataclass
class RunningSandbox:
    """A sandbox and the address at which it answers; everything else is the sandbox's own."""

    sandbox: Sandbox
    url: str

    def __getattr__(self, name: str):
        return getattr(self.sandbox, name)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A local bol.com without limits and without delay; `.url` is its address."""
    bol = Sandbox(seed=1, limits="off")
    with serve(bol) as server:
        yield RunningSandbox(bol, server.url)
    # The next sandbox may get the same port: it must not meet this one's tokens and connections.
    tokens._in_memory.clear()
    clients._session(os.getpid()).close()
    clients._session.cache_clear()


@pytest.fixture
def make_connection(sandbox: RunningSandbox) -> Callable[..., Connection]:
    """Make connections to the sandbox; live, unless told otherwise."""

    def make(name: str = "Test shop", **fields) -> Connection:
        fields = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "api_url": sandbox.url,
            "login_url": sandbox.url,
            "is_live": True,
        } | fields
        return Connection.objects.create(name=name, **fields)

    return make


@pytest.fixture
def connection(make_connection: Callable[..., Connection]) -> Connection:
    """A live connection to the sandbox. Its tests need `django_db(transaction=True)`: no HTTP in a transaction."""
    return make_connection()


@pytest.fixture
def relay() -> Callable[[Connection], None]:
    """Run the outbox and the confirmations of a connection until nothing can be done at the moment."""

    def run(connection: Connection, *, rounds: int = 20) -> None:
        for _round in range(rounds):
            due_now(connection)
            flows.run_until_complete(connection, "outbox")
            flows.run_until_complete(connection, "process-statuses")
            if not OutboxMessage.objects.filter(connection=connection).open().exists():
                return

    return run


@pytest.fixture
def subscribe(live_server, settings: Settings, relay) -> Callable[..., Subscription]:
    """Have bol post to our own address over HTTP; ready to receive."""

    def make(connection: Connection, *resources: str) -> Subscription:
        settings.PUBLIC_URL = live_server.url
        subscription = subscriptions.subscribe(connection, resources or ("ORDER", "PROCESS_STATUS"), by=None)
        relay(connection)
        flows.run(connection, "subscriptions")
        subscription.refresh_from_db()
        return subscription

    return make


def due_now(connection: Connection) -> None:
    """Let what waits for its time (a retry, a look at bol) have its time now."""
    messages = OutboxMessage.objects.filter(connection=connection)
    messages.waiting().update(not_before="2020-01-01T00:00:00Z")
    messages.open().exclude(check_at=None).update(check_at="2020-01-01T00:00:00Z")


@pytest.fixture(autouse=True)
def _hurry(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unanswered command may be repeated at once, nobody lingers, and slots are close together.

    Tests about these set them themselves; those marked `paced` keep bol's pace.
    """
    if not request.node.get_closest_marker("paced"):
        monkeypatch.setattr(throttling, "PACE", 1000)
        monkeypatch.setattr(confirming, "PAUSE_SECONDS", 0)
    settings.BOL_SETTLE_TIME = timedelta(0)
    monkeypatch.setattr(relaying, "LINGER", timedelta(0))
    throttling._followed.clear()  # what one test heard of bol is news to the next


@pytest.fixture
def staff(db: None) -> User:
    """A person who may do everything."""
    return User.objects.create_superuser("staff", "staff@example.test", "password")
