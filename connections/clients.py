"""Clients of bol's API for one connection, with what all workers share: token, rate budget, request log."""

from __future__ import annotations

import os
import time
from functools import lru_cache, partial

import requests
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol, throttling
from connections.models import Connection, OutboxMessage, RequestLogEntry
from connections.tokens import SharedToken

THREADS = 24
LONGEST_WAIT_SECONDS = 65.0


class HttpInTransaction(RuntimeError):
    """A request to bol was about to be made while a database transaction was open."""


def client_for(connection: Connection) -> bol.Client:
    """Return a client that waits for its turn in the shared budget and records every request.

    It is for the thread that owns the database connection, outside of any transaction.
    """
    return bol.Client(
        SharedToken(connection),
        api_url=connection.api_url,
        throttle=partial(_wait_for_slot, connection),
        observe=partial(_record_one, connection),
        session=_session(os.getpid()),
    )


def thread_client(connection: Connection, token: str) -> bol.Client:
    """Return a client for threads that may do HTTP only: fixed token, no budget, nothing recorded."""
    return bol.Client(bol.FixedToken(token), api_url=connection.api_url, session=_session(os.getpid()))


def forbid_transaction() -> None:
    """Refuse to go on inside a transaction: HTTP would hold its locks for seconds.

    Raises:
        HttpInTransaction: a transaction is open.
    """
    if transaction.get_connection().in_atomic_block:
        raise HttpInTransaction("No HTTP inside a transaction: commit first, then talk to bol.")


def record(
    connection: Connection, exchanges: list[bol.Exchange], message: OutboxMessage | None = None
) -> list[RequestLogEntry]:
    """Return log entries for requests as they happened; the caller stores them."""
    return [_entry(connection, exchange, message) for exchange in exchanges]


@lru_cache(maxsize=1)
def _session(process_id: int) -> requests.Session:
    # One session per process: a forked worker must not share its parent's sockets.
    return bol.make_session(THREADS)


def _wait_for_slot(connection: Connection, method: str, path: str) -> None:
    forbid_transaction()
    try:
        time.sleep(throttling.reserve(connection, method, path, max_wait=LONGEST_WAIT_SECONDS))
    except throttling.TooBusy as busy:
        raise bol.NotSent(
            _("bol's rate limit leaves no room for this request for another %(seconds)d seconds.")
            % {"seconds": busy.wait}
        ) from busy


def _record_one(connection: Connection, exchange: bol.Exchange) -> None:
    throttling.correct(connection, exchange)
    _entry(connection, exchange, None).save(force_insert=True)


def _entry(connection: Connection, exchange: bol.Exchange, message: OutboxMessage | None) -> RequestLogEntry:
    return RequestLogEntry(
        connection=connection,
        message=message,
        at=timezone.now(),
        method=exchange.method,
        path=exchange.path[:500],
        status=exchange.status,
        duration_ms=round(exchange.duration.total_seconds() * 1000),
        error=exchange.error[:100],
        request_id=exchange.request_id[:100],
        process_status_id=exchange.process_status_id[:100],
    )
