"""Reads orders at bol while a person waits: quickly or not at all."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol, clients, throttling
from connections.models import Connection, RequestLogEntry
from connections.tokens import SharedToken
from orders.models import Order
from orders.storing import store

# What was read a minute ago may be relied on.
FRESH = timedelta(seconds=60)
# More orders than these nobody wants to wait for; each is read again before bol is told of its parcel.
FEW = 10
PATIENCE = timedelta(seconds=8)


@dataclass
class Refreshed:
    """Which of the orders were read just now, and which could not be, with the reason in words."""

    read: list[Order] = field(default_factory=list)
    unread: list[Order] = field(default_factory=list)
    reason: str = ""

    def fail(self, orders: Iterable[Order], reason: str) -> None:
        """Note that these could not be read; the first reason is kept."""
        self.unread += orders
        self.reason = self.reason or reason


def refresh(order_keys: Collection[int], *, patience: timedelta = PATIENCE) -> Refreshed:
    """Read those of these orders that were not read within a minute, and store what bol says.

    It takes no longer than `patience`, whatever bol does: what is not answered by then counts as not read.
    """
    stale = Order.objects.filter(pk__in=order_keys).exclude(read_at__gt=timezone.now() - FRESH)
    refreshed = Refreshed()
    ends_at = time.monotonic() + patience.total_seconds()
    by_connection: defaultdict[Connection, list[Order]] = defaultdict(list)
    for order in stale.select_related("connection"):
        by_connection[order.connection].append(order)
    for connection, orders in by_connection.items():
        _Reader(connection, ends_at, refreshed).read(orders)
    return refreshed


@dataclass
class _Reading:
    """One request, made in a thread."""

    order: Order
    client: bol.Client
    started_at: datetime = field(default_factory=timezone.now)
    exchanges: list[bol.Exchange] = field(default_factory=list)

    def make(self) -> bol.Order:
        return self.client.using(observe=self.exchanges.append).orders.get(self.order.order_id)


@dataclass
class _Reader:
    """Reads orders of one connection at the same time; threads do HTTP, the database stays here."""

    connection: Connection
    ends_at: float
    refreshed: Refreshed

    def read(self, orders: Sequence[Order]) -> None:
        token = SharedToken(self.connection).at_hand() if self.connection.is_active else ""
        if not token:
            self.refreshed.fail(orders, _("“%s” has no access to bol at the moment") % self.connection)
            return
        clients.forbid_transaction()
        pool = ThreadPoolExecutor(len(orders), thread_name_prefix="refresh")
        readings = [
            _Reading(order, clients.thread_client(self.connection, token))
            for order in orders
            if self._has_slot(order)
        ]
        under_way = {pool.submit(reading.make): reading for reading in readings}
        wait(under_way, timeout=self._time_left())
        # What hangs is not waited for: its thread ends with the request's own timeout.
        pool.shutdown(wait=False, cancel_futures=True)
        for future, reading in under_way.items():
            self._take(future, reading)

    def _time_left(self) -> float:
        return max(0.0, self.ends_at - time.monotonic())

    def _has_slot(self, order: Order) -> bool:
        path = f"/retailer/orders/{order.order_id}"
        try:
            time.sleep(throttling.reserve(self.connection, "GET", path, max_wait=self._time_left()))
        except throttling.TooBusy:
            self.refreshed.fail([order], _("bol's rate limit leaves no room at the moment"))
            return False
        return True

    def _take(self, future: Future[bol.Order], reading: _Reading) -> None:
        if not future.done():
            self.refreshed.fail([reading.order], _("bol did not answer in time"))
            return
        for exchange in reading.exchanges:
            throttling.correct(self.connection, exchange)
        RequestLogEntry.objects.bulk_create(clients.record(self.connection, reading.exchanges))
        try:
            store(self.connection, future.result(), reading.started_at)
        except bol.BolError as error:
            self.refreshed.fail([reading.order], str(error))
        else:
            self.refreshed.read.append(reading.order)
