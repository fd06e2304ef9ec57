"""A shop whose traffic is as it should be, so that each test breaks one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import loads
from threading import Thread

import pytest
from django.utils import timezone
from django_q.models import Schedule

from connections import flows
from connections.models import Alert, Connection, Flow, Heartbeat, Lane, MessageState, OutboxMessage
from connections.monitoring.watching import watch
from connections.schedules import WORKER


@pytest.fixture
def shop(db) -> Connection:
    """A live connection all of whose flows succeeded just now, and a worker that is alive."""
    return _open("Test shop")


@pytest.fixture
def open_shop(db) -> Callable[..., Connection]:
    return _open


def _open(name: str, **fields) -> Connection:
    shop = Connection.objects.create(
        name=name, client_id="id", client_secret="secret", **{"is_live": True} | fields
    )
    flows.open_for(shop)
    Flow.objects.filter(connection=shop).update(last_success_at=timezone.now())
    Schedule.objects.update(next_run=timezone.now() + timedelta(minutes=1))
    Heartbeat.beat(WORKER)
    return shop


@pytest.fixture
def look() -> Callable[[], dict[str, str]]:
    """Watch once, and return the texts of the open alerts by rule and key."""

    def look() -> dict[str, str]:
        watch()
        return {f"{alert.rule} {alert.key}": alert.text for alert in Alert.objects.open()}

    return look


@pytest.fixture
def add_messages() -> Callable[..., list[OutboxMessage]]:
    """Add messages that were made some time ago."""

    def add(shop: Connection, count: int, age: timedelta = timedelta(0), **fields) -> list[OutboxMessage]:
        at = timezone.now() - age
        start = OutboxMessage.objects.count()
        values = {"operation": "TEST", "lane": Lane.STOCK, "created_at": at, "changed_at": at} | fields
        waits = values.setdefault("state", MessageState.PENDING) == MessageState.PENDING
        return OutboxMessage.objects.bulk_create(
            OutboxMessage(
                connection=shop,
                subject=f"offer:{number}",
                waiting_key=f"{shop.pk}:{number}" if waits else None,
                **values,
            )
            for number in range(start, start + count)
        )

    return add


class Mailbox:
    """A web server that keeps what is posted to it; `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.texts: list[str] = []
        mailbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mailbox.texts.append(loads(body)["text"])
                self.send_response(mailbox.status)
                self.end_headers()

            def do_GET(self) -> None:
                mailbox.texts.append(self.path)
                self.send_response(mailbox.status)
                self.end_headers()

            def log_message(self, *args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    """Somebody who is told of alerts by webhook."""
    box = Mailbox()
    settings.ALERT_CHANNELS = {"webhook": [box.url]}
    Thread(target=box.server.serve_forever, args=(0.02,), daemon=True).start()
    yield box
    box.server.shutdown()
    box.server.server_close()


def turn_back(minutes: float) -> None:
    """Let alerts have happened that much earlier."""
    for alert in Alert.objects.all():
        for column in ("opened_at", "last_seen_at", "told_at", "acknowledged_at"):
            if getattr(alert, column):
                setattr(alert, column, getattr(alert, column) - timedelta(minutes=minutes))
        alert.save()
