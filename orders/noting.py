"""Notes which orders have to be read in full: durable rows, and a ring at the flow that reads them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from connections import doorbell
from connections.models import Connection
from orders.models import OrderToFetch

FLOW = "orders"


def note(connection: Connection, order_ids: Collection[str], *, at_once: bool = False) -> None:
    """Note that these orders have to be read; `at_once` also those that wait after a failure. Call it in a transaction."""
    now = timezone.now()
    OrderToFetch.objects.bulk_create(
        [
            OrderToFetch(connection=connection, order_id=order_id, requested_at=now, not_before=now)
            for order_id in sorted(set(order_ids))
        ],
        update_conflicts=True,
        unique_fields=["connection", "order_id"],
        update_fields=["requested_at", "not_before"] if at_once else ["requested_at"],
    )


def fetch_soon(connection: Connection, order_ids: Collection[str]) -> None:
    """Have these orders read as soon as this transaction is committed."""
    note(connection, order_ids, at_once=True)
    transaction.on_commit(partial(doorbell.ring, connection.pk, FLOW))


def strike(row: OrderToFetch) -> None:
    """Take back a note that was answered, unless it was renewed meanwhile."""
    OrderToFetch.objects.filter(pk=row.pk, requested_at=row.requested_at).delete()


def postpone(row: OrderToFetch, error: Exception, until: datetime) -> None:
    """Note that an order could not be read or stored, without a word of what is in it."""
    OrderToFetch.objects.filter(pk=row.pk).update(
        failures=row.failures + 1, not_before=until, last_error=type(error).__name__
    )


def forgive(keys: Collection[int]) -> None:
    """Take back the last failure of orders that were not to blame for it."""
    OrderToFetch.objects.filter(pk__in=keys).update(failures=F("failures") - 1, not_before=timezone.now())
